/**
 * The cookie that ties a sign-in to the browser that began it. Its name is not for us to choose: of all cookies, Firebase Hosting
 * passes only `__session` on to a function (https://firebase.google.com/docs/hosting/manage-cache#using_cookies).
 */
import { INTERACTION_LIFETIME_MS } from '../../shared/documents/oidc.ts';
import { isSecret } from '../secrets.ts';

const NAME = '__session';

/** The secret of the browser; undefined if it has none, or if there are two and one may be somebody else's. */
export function browserSecretOf(cookieHeader: string | undefined): string | undefined {
  const found = (cookieHeader ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${NAME}=`))
    .map((pair) => pair.slice(NAME.length + 1));
  return found.length === 1 && isSecret(found[0]) ? found[0] : undefined;
}

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
