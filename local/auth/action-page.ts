/**
 * The page that mailed links lead to: `/emulator/action?mode=…&oobCode=…&continueUrl=…`. Opening it carries the code out, as with the
 * official emulator; a new password is asked for. Whoever does not ask for HTML, as a test, is answered in the emulator's JSON.
 */
import { ServiceError } from '../service.ts';
import type { Body } from './body.ts';
import { applyCode, authorizedSources, isAuthorizedUrl, MODES, resetPassword } from './codes.ts';
import { html, LOCAL, notice, type Page, page } from './html.ts';
import type { AuthModel, OobCode } from './model.ts';
import type { Caller } from './operation.ts';

export interface ActionRequest {
  query: URLSearchParams;
  /** What the page's own form sent. */
  form: Body;
  wantsHtml: boolean;
}

/** What a link led to: somewhere else, or something to tell. */
type Outcome =
  | { kind: 'redirect'; to: string }
  | { kind: 'ask'; email: string }
  | { kind: 'done' | 'failed'; title: string; line: string; told?: Body };

export async function actionPage(model: AuthModel, request: ActionRequest, caller: Caller): Promise<Page> {
  const outcome = await follow(model, request, caller).catch((error: unknown) => {
    if (error instanceof ServiceError) return failed(explain(error.message));
    throw error;
  });
  if (outcome.kind === 'redirect') return { status: 303, headers: { location: outcome.to }, body: '' };
  if (request.wantsHtml) return shown(model, outcome, request.query);
  return json(outcome, request.query);
}

async function follow(model: AuthModel, { query, form }: ActionRequest, caller: Caller): Promise<Outcome> {
  const oobCode = query.get('oobCode');
  if (!oobCode) return failed('The address has no oobCode.');
  const code = model.requireOobCode(oobCode);
  if (query.get('mode') !== MODES[code.requestType]) return failed('The code is for something else.');
  const continueUrl = query.get('continueUrl') ?? new URL(code.oobLink).searchParams.get('continueUrl');
  if (code.requestType === 'EMAIL_SIGNIN') return signInAt(model, continueUrl, query);
  if (code.requestType === 'PASSWORD_RESET') {
    const newPassword = form.newPassword ?? query.get('newPassword');
    if (!newPassword) return { kind: 'ask', email: code.email };
    await resetPassword(model, { oobCode, newPassword }, caller);
  } else applyCode(model, oobCode);
  const done: Outcome = { kind: 'done', ...DONE[code.requestType], told: tellOf(code) };
  return continueUrl && isAuthorizedUrl(model, continueUrl) ? { kind: 'redirect', to: continueUrl } : done;
}

/** The app itself signs in, with the code that the link brings it. */
function signInAt(model: AuthModel, continueUrl: string | null, query: URLSearchParams): Outcome {
  if (!continueUrl) return failed('The link names no page to go on to.');
  if (!isAuthorizedUrl(model, continueUrl)) return failed(`Sign-in does not go on to ${continueUrl}.`);
  const to = new URL(continueUrl);
  to.searchParams.set('apiKey', 'fake-api-key');
  for (const [name, value] of query) if (name !== 'continueUrl') to.searchParams.set(name, value);
  return { kind: 'redirect', to: to.href };
}

const tellOf = ({ email, newEmail, requestType }: OobCode): Body =>
  requestType === 'VERIFY_AND_CHANGE_EMAIL' ? { newEmail } : { email };

const DONE = {
  PASSWORD_RESET: { title: 'Password changed', line: 'The password has been successfully updated.' },
  VERIFY_EMAIL: { title: 'Address verified', line: 'The email has been successfully verified.' },
  VERIFY_AND_CHANGE_EMAIL: { title: 'Address changed', line: 'The email has been successfully changed.' },
  RECOVER_EMAIL: { title: 'Address restored', line: 'The email has been successfully reset.' },
};

const failed = (line: string): Outcome => ({ kind: 'failed', title: 'This link does not work', line });

function explain(refusal: string): string {
  if (refusal.startsWith('WEAK_PASSWORD')) return 'The password needs at least six characters.';
  if (refusal === 'EXPIRED_OOB_CODE') return 'The link is too old. Ask for another one.';
  if (refusal === 'EMAIL_EXISTS') return 'Another account has that address by now.';
  return 'The link has expired or has been used already. Ask for another one.';
}

const statusOf = (outcome: Outcome): number => (outcome.kind === 'failed' ? 400 : 200);

function shown(
  model: AuthModel,
  outcome: Exclude<Outcome, { kind: 'redirect' }>,
  query: URLSearchParams,
): Page {
  if (outcome.kind !== 'ask') return notice(statusOf(outcome), outcome.title, outcome.line);
  const content = html`<main>
<h1>Choose a new password</h1>
<p class="quiet">for ${outcome.email}</p>
<form method="post" action="/emulator/action?${query.toString()}">
<label>New password
<input name="newPassword" type="password" required minlength="6" autocomplete="new-password"></label>
<div class="actions"><button class="main">Save</button></div>
</form>
${LOCAL}
</main>`;
  return page(200, 'Choose a new password', content, { formTargets: authorizedSources(model) });
}

/** As the official emulator words it. */
function json(outcome: Exclude<Outcome, { kind: 'redirect' }>, query: URLSearchParams): Page {
  const told =
    outcome.kind === 'ask'
      ? {
          error: 'missing newPassword query parameter',
          instructions: `To reset the password for ${outcome.email}, send an HTTP GET request to the following URL.`,
          urlTemplate: `/emulator/action?${query.toString()}&newPassword=NEW_PASSWORD_HERE`,
        }
      : outcome.kind === 'done'
        ? { success: outcome.line, ...outcome.told }
        : { error: outcome.line };
  const status = outcome.kind === 'done' ? 200 : 400;
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  return { status, headers, body: JSON.stringify({ authEmulator: told }) };
}
