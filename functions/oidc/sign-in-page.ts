/**
 * A sign-in page of Hub's own, for the embedded cloud only: e-mail and password, asked of the Auth stand-in. In production this is a
 * page of the console, which does the same three things: find out who it is, ask whether to go on, go where the answer says.
 */
import { contentSecurityPolicy, document } from './page.ts';

/** @param auth base URL of the Auth stand-in, the only place outside that the script may talk to */
export const signInPage = (issuer: string, auth: string): { html: string; csp: string } => {
  const { pathname } = new URL(issuer);
  return {
    html: document('Sign in to your cluster', FORM, `\n<script src="${pathname}/signin.js" defer></script>`),
    csp: contentSecurityPolicy(`script-src 'self'; connect-src 'self' ${new URL(auth).origin}; `),
  };
};

const FORM = `<h1>Sign in to your cluster</h1>
<p id="host"></p>
<form id="form">
<label for="email">E-mail</label><input id="email" type="email" autocomplete="username" required>
<label for="password">Password</label><input id="password" type="password" autocomplete="current-password" required>
<button>Continue</button>
</form>
<button id="cancel">Cancel</button>
<p id="message" role="alert"></p>`;

/** @param auth base URL of the Auth stand-in */
export const signInScript = (issuer: string, auth: string): string => `'use strict';
const AUTH = ${JSON.stringify(auth)};
const ID = new URLSearchParams(location.search).get('interaction') ?? '';
const INTERACTION = ${JSON.stringify(`${new URL(issuer).pathname}/interactions/`)} + encodeURIComponent(ID);
const at = (id) => document.getElementById(id);
const say = (text) => { at('message').textContent = text; };

const read = async (response) => {
  const body = await response.json();
  if (!response.ok) throw new Error([body.title, body.remedy].filter(Boolean).join(' ') || body.error?.message);
  return body;
};
const answer = async (decision, headers) => {
  const response = await fetch(INTERACTION, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ decision }),
  });
  location.assign((await read(response)).redirectTo);
};
const signIn = async () => {
  const { idToken } = await read(await fetch(AUTH + '/identitytoolkit.googleapis.com/v1/accounts:signInWithPassword?key=local', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: at('email').value, password: at('password').value, returnSecureToken: true }),
  }));
  await answer('continue', { authorization: 'Bearer ' + idToken });
};
const trying = (work) => (event) => {
  event.preventDefault();
  say('');
  work().catch((error) => say(error.message));
};
at('form').addEventListener('submit', trying(signIn));
at('cancel').addEventListener('click', trying(() => answer('cancel', {})));
fetch(INTERACTION).then(read).then(({ host }) => { at('host').textContent = host; }).catch((error) => say(error.message));
`;
