/** What the functions of `functions/index.ts` do for a message, without a framework around them. */
import { recordIncident } from '../../functions/accounts/signal.ts';
import { closeAccounts } from '../../functions/closing/close.ts';
import type { Delivered } from '../../functions/cloud.ts';
import { recordDeadLetter } from '../../functions/dead-letters/record.ts';
import { dispatch } from '../../functions/dispatch/engine.ts';
import { hint } from '../../functions/dispatch/hint.ts';
import { observeDurations } from '../../functions/durations/observe.ts';
import { portsOfMessage } from '../../functions/invocation.ts';
import { silentLog } from '../../functions/log.ts';
import { MANIFEST, stepOfFunction } from '../../functions/manifest.ts';
import { topUp } from '../../functions/pool/top-up.ts';
import type { Ports } from '../../functions/ports.ts';
import { observeStatus } from '../../functions/status/observe.ts';
import { STEPS } from '../../functions/steps/index.ts';
import { sweepDrift } from '../../functions/sweeps/drift.ts';
import { sweepOrphans } from '../../functions/sweeps/orphans.ts';
import { sweepOverdue } from '../../functions/sweeps/overdue.ts';
import type { Sent } from '../../functions/sweeps/sent.ts';
import { stepMessage, TOPICS } from '../../shared/messages.ts';
import { seconds } from '../../shared/units.ts';
import type { MemoryMessages } from './messages.ts';

/**
 * What runs one invocation of a function.
 * @param work the function, over the ports that it is to have
 * @param body of the message that started it
 */
export type Invoke = (name: string, work: (ports: Ports) => Promise<void>, body: unknown) => Promise<void>;

type Handle = (ports: Ports, name: string, body: unknown, delivered: Delivered) => Promise<void>;

/** @param invoke the default gives each invocation the same ports, but for what tells its message apart in the log */
export function subscribeFunctions(messages: MemoryMessages, ports: Ports, invoke: Invoke | undefined): void {
  const handle = createHandle();
  for (const { name, trigger, timeoutSeconds } of MANIFEST) {
    if (trigger.kind !== 'topic') continue;
    messages.subscribe(
      trigger.topic,
      (body, delivered) =>
        invoke
          ? invoke(name, (own) => handle(own, name, body, delivered), body)
          : handle(
              ports.log === silentLog ? ports : portsOfMessage(ports, body, delivered.attributes),
              name,
              body,
              delivered,
            ),
      // Then the platform answers for whoever does not, with a 504: https://cloud.google.com/run/docs/configuring/request-timeout
      seconds(timeoutSeconds),
    );
  }
}

function createHandle(): Handle {
  const sentLately: Sent = new Map();
  return async (ports, name, body, delivered) => {
    const step = stepOfFunction(name);
    if (step) await dispatch(ports, STEPS, step, stepMessage.parse(body));
    else if (name === TOPICS.hint) await hint(ports, body);
    else if (name === TOPICS.sweep) await sweepOverdue(ports, sentLately);
    else if (name === TOPICS.drift) await sweepDrift(ports, body);
    else if (name === TOPICS.durations) await observeDurations(ports);
    else if (name === TOPICS.orphans) await sweepOrphans(ports);
    else if (name === TOPICS.closing) await closeAccounts(ports);
    else if (name === TOPICS.signal) await recordIncident(ports, body, delivered.publishedAt);
    else if (name === TOPICS.status) await observeStatus(ports);
    else if (name === TOPICS.topUp) await topUp(ports, (body as { pool?: string }).pool);
    else if (name === TOPICS.deadLetter) await recordDeadLetter(ports, delivered);
  };
}
