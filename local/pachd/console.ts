/**
 * Pachyderm's console, as far as its door: the page, signing in through dex, the session, and who one is then.
 * https://github.com/pachyderm/pachyderm/blob/master/console/backend/src/handlers/handleAuth.ts
 */
import type { Random } from '../../functions/cloud.ts';
import { minutes } from '../../shared/units.ts';
import type { LocalClock } from '../clock.ts';
import type { Auth } from './auth.ts';
import type { PachdData } from './data.ts';
import type { Logins } from './logins.ts';
import { html, page, redirect, type Web } from './pages.ts';
import type { Fetch } from './upstream.ts';

interface ConsoleInput {
  /** Its client at dex; the console is closed without one. */
  clientId: string;
  sessionMinutes: number;
  data: PachdData;
  auth: Auth;
  logins: Logins;
  clock: LocalClock;
  random: Random;
  issuerFetch: Fetch;
}

const SESSION = 'pachyderm-session';
const STATE = 'pachyderm-oauth-state';
const START = '/oauth/start';

export function createConsole(input: ConsoleInput): Web {
  const { data, auth, logins, random, issuerFetch } = input;
  const client = () => data.clients.find(({ id }) => id === input.clientId);

  const home = (request: Request): Response => {
    const token = cookieOf(request, SESSION);
    try {
      const { subject } = auth.whoIs(token);
      return page(200, 'Pachyderm Console', html`<h1>Projects</h1><p>Signed in as <b>${subject}</b></p>`);
    } catch {
      // The real one is a program in the browser that goes on to the login by itself.
      return page(
        200,
        'Pachyderm Console',
        html`<h1>Pachyderm Console</h1><p><a id="login" href="${START}">Log in</a></p><script>location.assign("${START}")</script>`,
      );
    }
  };

  const start = (): Response => {
    const { issuer, clientId: pachdId } = data.oidc ?? {};
    const redirectUri = client()?.redirectUris[0];
    if (!issuer || redirectUri === undefined)
      return failed('Invalid Auth Config. Your IDP may be misconfigured.');
    const state = random.base32(20);
    const url = new URL(`${issuer.replace(/\/$/, '')}/auth`);
    const scope = `openid email profile groups audience:server:client_id:${pachdId}`;
    const query = {
      client_id: input.clientId,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope,
      state,
    };
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return redirect(302, url.href, { 'set-cookie': `${STATE}=${state}; Path=/; HttpOnly; SameSite=Lax` });
  };

  const callback = async (request: Request, url: URL): Promise<Response> => {
    const state = url.searchParams.get('state');
    const code = url.searchParams.get('code');
    if (!state || state !== cookieOf(request, STATE)) return failed('The login was begun elsewhere.');
    if (!code) return failed(url.searchParams.get('error_description') ?? 'No code provided');
    const idToken = await exchange(code);
    if (idToken === undefined) return failed('Invalid code.');
    try {
      const token = await logins.sessionFor(idToken, minutes(input.sessionMinutes));
      return redirect(303, '/', {
        'set-cookie': `${SESSION}=${token}; Path=/; HttpOnly; SameSite=Lax`,
      });
    } catch {
      return failed('Pachyderm does not accept this login.');
    }
  };

  const exchange = async (code: string): Promise<string | undefined> => {
    const { id = '', secret = '', redirectUris: [redirectUri = ''] = [] } = client() ?? {};
    const issuer = data.oidc?.issuer.replace(/\/$/, '') ?? '';
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri };
    const response = await issuerFetch(`${issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({ ...form, client_id: id, client_secret: secret }),
    });
    const { id_token: idToken } = (await response.json()) as { id_token?: unknown };
    return typeof idToken === 'string' ? idToken : undefined;
  };

  return async (request) => {
    const url = new URL(request.url);
    if (url.pathname === '/health') return new Response('OK');
    if (url.pathname === START) return start();
    if (url.pathname === '/oauth/callback/' || url.pathname === '/oauth/callback')
      return callback(request, url);
    return home(request);
  };
}

const failed = (why: string): Response =>
  page(
    401,
    'Pachyderm Console',
    html`<h1>Authentication Error</h1><p>${why}</p><p><a href="/">Try again</a></p>`,
  );

function cookieOf(request: Request, name: string): string | undefined {
  const pairs = (request.headers.get('cookie') ?? '').split(/;\s*/);
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}
