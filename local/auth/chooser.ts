/**
 * The pages that `signInWithPopup` and its like open: the account chooser in the place of Google's or GitHub's own pages, and the
 * hidden frame through which it answers the SDK.
 */
import { createHash } from 'node:crypto';
import { authorizedSources, isAuthorizedUrl } from './codes.ts';
import { html, LOCAL, type Markup, notice, type Page, page, pageHeaders } from './html.ts';
import type { AuthModel, ProviderLink, User } from './model.ts';

const AUTH_TYPE = /^(signIn|link|reauth)Via(Popup|Redirect)$/;
const MAX_ACCOUNTS = 100;

/** `GET /emulator/auth/handler` */
export function chooserPage(model: AuthModel, query: URLSearchParams): Page {
  const asked = (name: string): string => query.get(name) ?? '';
  const [providerId, authType, redirectUrl] = [asked('providerId'), asked('authType'), asked('redirectUrl')];
  if (!asked('apiKey') || !asked('appName') || !providerId || !AUTH_TYPE.test(authType)) {
    return notice(400, 'Not a sign-in', 'This address lacks what the Firebase SDK puts into it.');
  }
  if (query.get('tid')) return notice(400, 'Tenants are not here', 'The local Auth service has none.');
  const returns = authType.endsWith('Redirect');
  if (returns && !isAuthorizedUrl(model, redirectUrl)) {
    return notice(400, 'Not an authorised address', 'Sign-in does not return to:', redirectUrl);
  }
  const name = providerName(providerId);
  const content = html`<main data-provider-id="${providerId}" data-redirect-url="${returns ? redirectUrl : ''}">
<h1>Sign in with ${name}</h1>
<p class="quiet">to continue to ${model.projectId}. Nobody asks for a password here.</p>
${LOCAL}
${accountList(model, providerId, name)}
<h2 id="new">Another account</h2>
<form aria-labelledby="new">
<label>E-mail address<input name="email" type="email" required maxlength="254" autocomplete="off"></label>
<label>Name<input name="name" maxlength="200" autocomplete="off"></label>
<label>Handle<input name="screenName" maxlength="100" autocomplete="off"></label>
<label class="check"><input name="verified" type="checkbox"${isTrusted(providerId) ? html` checked` : ''}>
<span>${name} has verified this address. ${isTrusted(providerId) ? '' : 'Firebase does not rely on it for this provider.'}</span></label>
<div class="actions"><button class="main">Sign in</button><button type="button" id="generate">Make one up</button></div>
</form>
<p id="problem" role="alert"></p>
</main>`;
  return page(200, `Sign in with ${name}`, content, { script: 'chooser.js' });
}

const NAMES: Readonly<Record<string, string>> = {
  'google.com': 'Google',
  'github.com': 'GitHub',
  'microsoft.com': 'Microsoft',
  'apple.com': 'Apple',
};

const providerName = (providerId: string): string => NAMES[providerId] ?? providerId;

/** Whose word on an address counts: https://firebase.google.com/docs/auth/users#verified_email_addresses */
const isTrusted = (providerId: string): boolean => ['google.com', 'apple.com'].includes(providerId);

function accountList(model: AuthModel, providerId: string, name: string): Markup {
  const linked = model.users().flatMap((user) => {
    const link = user.providers.find((other) => other.providerId === providerId);
    return link ? [link] : [];
  });
  const others = model.users().filter((user) => user.email && user.providers.length === 0);
  const known = linked.slice(0, MAX_ACCOUNTS).map((link) => accountButton(link, claimsOf(link, true)));
  const offered = others.slice(0, MAX_ACCOUNTS - known.length).map((user) => offeredButton(user, providerId));
  return html`${known.length > 0 ? html`<h2>Choose an account</h2><ul>${known}</ul>` : ''}
${offered.length > 0 ? html`<h2>New to ${name}, known here by e-mail</h2><ul>${offered}</ul>` : ''}`;
}

function accountButton({ displayName, email, rawId }: ProviderLink, claims: object): Markup {
  const shown = displayName ?? email ?? rawId;
  return html`<li><button type="button" class="account" data-claims="${JSON.stringify(claims)}">
<span class="initial" aria-hidden="true">${[...shown][0]?.toUpperCase() ?? '?'}</span>
<span>${shown}</span><span class="quiet">${email ?? ''}</span></button></li>`;
}

/** The same person has the same id at a provider each time. */
function offeredButton({ email = '', displayName }: User, providerId: string): Markup {
  const digest = createHash('sha256').update(`${providerId} ${email}`).digest();
  const rawId = digest.readBigUInt64BE().toString().padStart(20, '0');
  const link = { providerId, rawId, email, ...(displayName && { displayName }) };
  return accountButton(link, claimsOf(link, isTrusted(providerId)));
}

const claimsOf = (link: ProviderLink, verified: boolean): object => ({
  sub: link.rawId,
  email: link.email,
  email_verified: verified,
  name: link.displayName,
  picture: link.photoUrl,
  screen_name: link.screenName,
});

/**
 * `GET /emulator/auth/iframe`. Speaks with the page through our own `gapi.js` if the page does, else through Google's, as with the
 * official emulator.
 */
export function framePage(model: AuthModel, query: URLSearchParams): Page {
  const local = query.get('gapi') === 'local';
  const gapi = local ? '/emulator/auth/gapi.js' : 'https://apis.google.com/js/api.js';
  const hosts = authorizedSources(model);
  // Google's script brings others and frames of its own.
  const policy = local ? {} : { 'content-security-policy': `frame-ancestors ${hosts.join(' ')}` };
  const body = html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Local Auth</title>
<script src="/emulator/auth/frame.js"></script>
<script src="${gapi}"></script>
</html>
`;
  return { status: 200, headers: { ...pageHeaders(hosts), ...policy }, body: body.text };
}
