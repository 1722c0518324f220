/**
 * The ports of one invocation of a function: those of the function, but that each line of its log says which trace it belongs to and
 * which cluster it is about, and that each message it sends carries the trace on. Derived anew each time and passed on as arguments,
 * so nothing has to find out later in whose name it runs.
 */

import { clusterIn } from '../shared/messages.ts';
import type { Messages } from './cloud.ts';
import { asAppError, tellFailure } from './failure.ts';
import { type Log, type LogFields, silentLog } from './log.ts';
import type { Ports } from './ports.ts';
import { TRACEPARENT, type Trace, traceFrom, traceparentOf } from './trace.ts';

export function portsOfInvocation(ports: Ports, trace: Trace, cluster?: string): Ports {
  return {
    ...ports,
    log: logWith(ports.log, {
      trace: trace.traceId,
      span: trace.spanId,
      ...(cluster !== undefined && { cluster }),
    }),
    messages: carrying(ports.messages, traceparentOf(trace)),
  };
}

/** The ports of who handles a message. A message without a trace begins one: those of the Scheduler and of the audit log. */
export const portsOfMessage = (
  ports: Ports,
  body: unknown,
  attributes: Readonly<Record<string, string>> = {},
) => portsOfInvocation(ports, traceFrom(ports.random, attributes[TRACEPARENT]), clusterIn(body));

/** The same, where it turns out later which cluster it is about. */
export const portsAbout = (ports: Ports, cluster: string): Ports => ({
  ...ports,
  log: logWith(ports.log, { cluster }),
});

/** Said in the log, and then printed once more by the framework. */
export const UNHANDLED = 'message not handled';

/** Says in the log what the framework would only print, with what it belongs to. */
export async function handled(ports: Ports, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    const { code } = asAppError(thrown);
    ports.metrics.record('unhandled', 1, { code });
    tellFailure(ports.log, UNHANDLED, thrown);
    // The framework prints what it gets, as it is.
    throw new Error(`${UNHANDLED}: ${code}`);
  }
}

/** Adds fields to each entry; an entry's own come first. */
function logWith(log: Log, base: LogFields): Log {
  if (log === silentLog) return log;
  return {
    info: (event, fields) => log.info(event, { ...base, ...fields }),
    warn: (event, fields) => log.warn(event, { ...base, ...fields }),
    error: (event, fields) => log.error(event, { ...base, ...fields }),
  };
}

const carrying = (messages: Messages, traceparent: string): Messages => ({
  publish: (topic, body, attributes) =>
    messages.publish(topic, body, { ...attributes, [TRACEPARENT]: traceparent }),
});
