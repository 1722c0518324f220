/**
 * Paths as Istio makes them before it asks policies and routes: `BASE`, the level that a mesh has unless it is told another one.
 * https://istio.io/latest/docs/reference/config/security/normalization/
 */

/** @param url a path, with its query if it has one, which stays as it is */
export function normalPath(url: string): string {
  const [, path = '', query = ''] = /^([^?]*)(.*)$/s.exec(url) ?? [];
  const plain = path.replace(/%[0-9a-f]{2}/gi, decoded).replaceAll('\\', '/');
  const kept: string[] = [];
  const segments = plain.split('/');
  for (const [index, segment] of segments.entries()) {
    if (segment !== '.' && segment !== '..') kept.push(segment);
    // The first one is what stands before the path's own slash.
    else if (segment === '..' && kept.length > 1) kept.pop();
    if (index === segments.length - 1 && (segment === '.' || segment === '..')) kept.push('');
  }
  return `${kept.join('/')}${query}`;
}

/** Only what needs no encoding: a slash stays encoded, and slashes are not merged. https://www.rfc-editor.org/rfc/rfc3986#section-2.3 */
const decoded = (text: string): string => {
  const char = String.fromCharCode(Number.parseInt(text.slice(1), 16));
  return /[A-Za-z0-9\-._~]/.test(char) ? char : text;
};
