/** One export per deployed function. No logic: each line says what starts it and where the work is. */
import { AppError } from '../shared/errors.ts';
import type { StepName } from '../shared/lifecycle/table.ts';
import { stepMessage, stepTopic, TOPICS, topUpMessage } from '../shared/messages.ts';
import { onDelivery, onMessage, onRequest } from './register.ts';
import type { Sent } from './sweeps/sent.ts';

const onStep = (name: StepName) =>
  onMessage(stepTopic(name), async (ports, body) => {
    // What is none is refused, and becomes a dead letter for an operator to see: newer code may have sent it.
    const message = stepMessage.safeParse(body);
    if (!message.success) throw new AppError('INVALID_ARGUMENT', 'It is not a step message.');
    const [{ dispatch }, { STEPS }] = await Promise.all([
      import('./dispatch/engine.ts'),
      import('./steps/index.ts'),
    ]);
    await dispatch(ports, STEPS, name, message.data);
  });

export const api = onRequest('api', async (ports) => {
  const [{ createApi }, { requestListener }] = await Promise.all([
    import('./api/app.ts'),
    import('./http/listener.ts'),
  ]);
  return requestListener(createApi(ports));
});

export const oidc = onRequest('oidc', async (ports) => {
  const [{ createOidc }, { arrival }, { requestListener }] = await Promise.all([
    import('./oidc/app.ts'),
    import('./members/arrival.ts'),
    import('./http/listener.ts'),
  ]);
  return requestListener(createOidc(ports, arrival));
});

export const credentials = onRequest('credentials', async (ports) => {
  const [{ createApi }, { CREDENTIALS_ENDPOINTS }, { requestListener }] = await Promise.all([
    import('./api/app.ts'),
    import('./api/credentials.ts'),
    import('./http/listener.ts'),
  ]);
  return requestListener(createApi(ports, CREDENTIALS_ENDPOINTS));
});

export const stepAdmit = onStep('admit');
export const stepProvision = onStep('provision');
export const stepInstall = onStep('install');
export const stepSecure = onStep('secure');
export const stepExpose = onStep('expose');
export const stepPersonalize = onStep('personalize');
export const stepShare = onStep('share');
export const stepRepair = onStep('repair');
export const stepUndo = onStep('undo');
export const stepDrain = onStep('drain');
export const stepDeprovision = onStep('deprovision');
export const stepProve = onStep('prove');

export const hint = onMessage(TOPICS.hint, async (ports, body) =>
  (await import('./dispatch/hint.ts')).hint(ports, body),
);

export const signal = onMessage(TOPICS.signal, async (ports, body, { publishedAt }) =>
  (await import('./accounts/signal.ts')).recordIncident(ports, body, publishedAt),
);

const sentLately: Sent = new Map();
export const sweep = onMessage(TOPICS.sweep, async (ports) => {
  await (await import('./sweeps/overdue.ts')).sweepOverdue(ports, sentLately);
});

export const drift = onMessage(TOPICS.drift, async (ports, body) => {
  await (await import('./sweeps/drift.ts')).sweepDrift(ports, body);
});

export const durations = onMessage(TOPICS.durations, async (ports) => {
  await (await import('./durations/observe.ts')).observeDurations(ports);
});

export const orphans = onMessage(TOPICS.orphans, async (ports) => {
  await (await import('./sweeps/orphans.ts')).sweepOrphans(ports);
});

export const closing = onMessage(TOPICS.closing, async (ports) => {
  await (await import('./closing/close.ts')).closeAccounts(ports);
});

export const status = onMessage(TOPICS.status, async (ports) => {
  await (await import('./status/observe.ts')).observeStatus(ports);
});

export const topUp = onMessage(TOPICS.topUp, async (ports, body) => {
  await (await import('./pool/top-up.ts')).topUp(ports, topUpMessage.safeParse(body).data?.pool);
});

export const deadLetter = onDelivery(TOPICS.deadLetter, async (ports, delivered) => {
  await (await import('./dead-letters/record.ts')).recordDeadLetter(ports, delivered);
});
