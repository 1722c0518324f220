/**
 * The cookie that ties a sign-in to the browser that began it. Its name is not for us to choose: of all cookies, Firebase Hosting
 * passes only `__session` on to a function (https://firebase.google.com/docs/hosting/manage-cache#using_cookies).
 */
import { INTERACTION_LIFETIME_MS } from '../../shared/documents/oidc.ts';
import { isSecret } from '../secrets.ts';

const NAME = '__session';

/**
 * What may be the secret of the browser: none, or several. A page of a cluster may be below the console's own domain, and can put a cookie
 * beside ours for as long as it likes, which must not keep anybody from signing in; nothing opens by it that a browser without a cookie of
 * ours, as most are, would not open by one that was put there.
 */
export const browserSecretsOf = (cookieHeader: string | undefined): string[] =>
  (cookieHeader ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${NAME}=`))
    .map((pair) => pair.slice(NAME.length + 1))
    .filter(isSecret);

/**
 * Lax, not Strict: a browser that comes from the cluster a second time, in another tab, must be recognised, or the first tab would
 * lose its sign-in. A form of another site is not sent with it either.
 */
export function browserCookie(secret: string, issuer: string): string {
  const { protocol, pathname } = new URL(issuer);
  const secure = protocol === 'https:' ? '; Secure' : '';
  return `${NAME}=${secret}; Path=${pathname}; Max-Age=${INTERACTION_LIFETIME_MS / 1000}; HttpOnly; SameSite=Lax${secure}`;
}

/**
 * Whether the page that sends this is one of ours. Clusters may be on the same site as the console, where SameSite protects from
 * nothing.
 */
export function isSameOrigin(headers: Headers, issuer: string): boolean {
  const origin = headers.get('origin');
  const site = headers.get('sec-fetch-site');
  return (origin === null || origin === new URL(issuer).origin) && (site === null || site === 'same-origin');
}
