/** Pages of this service: text put into them is escaped by construction, and they may load nothing from elsewhere. */
import type { OutgoingHttpHeaders } from 'node:http';

/** Markup that is safe as it is. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Piece = Markup | string | readonly Markup[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);

function markupOf(piece: Piece): string {
  if (typeof piece === 'string') return escaped(piece);
  return piece instanceof Markup ? piece.text : piece.map(({ text }) => text).join('');
}

/** A template whose values are escaped, unless they are markup themselves. Attributes must stand in quotes. */
export const html = (parts: TemplateStringsArray, ...values: readonly Piece[]): Markup =>
  new Markup(parts.map((part, i) => (i === 0 ? '' : markupOf(values[i - 1] ?? '')) + part).join(''));

export interface Page {
  status: number;
  headers: OutgoingHttpHeaders;
  body: string;
}

interface PageOptions {
  /** A file of this folder's `pages`. */
  script?: string;
  /** Sources that an answer to the page's form may redirect to. */
  formTargets?: readonly string[];
}

export function page(status: number, title: string, content: Markup, options: PageOptions = {}): Page {
  const { script, formTargets = [] } = options;
  const whole = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" href="/emulator/auth/pages.css">
${script ? html`<script defer src="/emulator/auth/${script}"></script>` : ''}
</head>
<body>${content}</body>
</html>
`;
  return { status, headers: pageHeaders(["'none'"], formTargets), body: whole.text };
}

/**
 * @param framedBy who may frame the page
 * @param formTargets browsers hold a form's whole way to its policy, redirects included
 */
export const pageHeaders = (
  framedBy: readonly string[],
  formTargets: readonly string[] = [],
): OutgoingHttpHeaders => ({
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "base-uri 'none'",
    `form-action ${["'self'", ...formTargets].join(' ')}`,
    `frame-ancestors ${framedBy.join(' ')}`,
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
});

/** A page that only tells something. */
export const notice = (status: number, title: string, ...lines: readonly string[]): Page =>
  page(
    status,
    title,
    html`<main><h1>${title}</h1>${lines.map((line) => html`<p>${line}</p>`)}${LOCAL}</main>`,
  );

export const LOCAL = html`<p class="local" role="note">This is the local stand-in of Firebase Auth: nothing leaves this machine.</p>`;
