/** A page of text, for a browser that cannot be sent anywhere else. Everything on it is escaped, and nothing runs. */
import { createHash } from 'node:crypto';

export const STYLE = `:root{color-scheme:light dark;font:16px/1.6 system-ui,sans-serif}
body{max-width:32rem;margin:4rem auto;padding:0 1rem}
label,input,button{display:block;width:100%;box-sizing:border-box;font:inherit}
input,button{margin:.25rem 0 1rem;padding:.5rem}`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** @param more further directives, e.g. what a script may connect to */
export const contentSecurityPolicy = (more = ''): string =>
  `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; ${more}base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

export interface Page {
  title: string;
  /** Paragraphs, as text. */
  paragraphs: readonly string[];
}

export function renderPage({ title, paragraphs }: Page): string {
  return document(
    title,
    `<h1>${escaped(title)}</h1>\n${paragraphs.map((text) => `<p>${escaped(text)}</p>`).join('\n')}`,
  );
}

/** @param body HTML that holds nothing of anybody else's */
export const document = (title: string, body: string, head = ''): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>${head}
</head>
<body>
${body}
</body>
</html>
`;

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? '');
