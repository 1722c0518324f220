/** The few pages that people see on the way. */

export type Web = (request: Request) => Promise<Response>;

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

/** @param body trusted HTML; texts in it are escaped by `html` */
export const page = (status: number, title: string, body: string): Response =>
  new Response(
    `<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head>\n<body>\n${body}\n</body></html>\n`,
    { status, headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' } },
  );

/** Escapes what is put in. */
export const html = (parts: TemplateStringsArray, ...values: readonly string[]): string =>
  parts.reduce((whole, part, i) => `${whole}${escapeHtml(values[i - 1] ?? '')}${part}`);

export const redirect = (
  status: 302 | 303,
  location: string,
  headers: Record<string, string> = {},
): Response => new Response(null, { status, headers: { ...headers, location } });

export const json = (status: number, body: unknown): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });

export const plainText = (status: number, text: string): Response =>
  new Response(`${text}\n`, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } });
