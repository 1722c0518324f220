/** Each invocation of a function is a process of its own, with ports that its fate stands before, a clock that may be off, and a log that is read. */
import { createLog, type Log } from '../../../functions/log.ts';
import { stepOfFunction } from '../../../functions/manifest.ts';
import { byOneTime } from '../../../functions/one-time.ts';
import type { Ports } from '../../../functions/ports.ts';
import { versioned } from '../../../functions/versioned.ts';
import type { Door } from '../../../local/memory/doors.ts';
import type { Invoke } from '../../../local/memory/handlers.ts';
import type { MemoryHub } from '../../../local/memory/hub.ts';
import { between, happens } from '../chance.ts';
import { oldDocuments } from '../old-code.ts';
import { type Fate, type Process, startProcess } from '../process.ts';
import type { Handlers } from './handlers.ts';
import type { Recovery, Turn } from './recovery.ts';
import type { Scene } from './scene.ts';

/** Told of each call that is carried out, and of the function that makes it. */
export type CallListener = (name: string, site: string, args: readonly unknown[]) => void;

interface InvocationOptions {
  /** Not asked for before the first invocation. */
  hub(): MemoryHub;
  fate: Fate;
  handlers: Handlers;
  recovery: Recovery;
  onCall: CallListener | undefined;
}

interface Invocations {
  /** @param lasts it serves one request after the other */
  start(name: string, options?: { lasts?: boolean }): { process: Process; ports: Ports };
  invoke: Invoke;
}

export function createInvocations(
  scene: Scene,
  { hub, fate, handlers, recovery, onCall }: InvocationOptions,
): Invocations {
  const { streams, weather, counts, note, violate, nowMs } = scene;
  let processes = 0;

  const logOf = (process: Process, isOld: boolean): Log =>
    createLog((severity, event, fields) => {
      const { name, id } = process;
      // Also one of somebody else's that a stall has led to: a code of a sign-in that has expired meanwhile.
      if (event === 'step failed') handlers.troubled(process);
      note(`log ${event}`, () => `${name}#${id} ${severity} ${event} ${JSON.stringify(fields)}`);
      // Older code need not be able to read what newer code wrote.
      if (fields.code === 'BUG' || (event.endsWith('not readable') && !isOld))
        violate('S16', `${name} meets a bug: ${event} ${JSON.stringify(fields)}`);
    });

  const doorOf = ({ name, door }: Process): Door =>
    onCall
      ? (site, call, args = []) =>
          door(
            site,
            () => {
              onCall(name, site, args);
              return call();
            },
            args,
          )
      : door;

  const start: Invocations['start'] = (name, { lasts = false } = {}) => {
    counts.invocations++;
    const skewMs = scene.phase === 'calm' ? 0 : between(streams.net, -weather.skewMs, weather.skewMs);
    const process = startProcess(++processes, name, fate, { skewMs: Math.round(skewMs), lasts });
    handlers.started(process);
    if (lasts && scene.isShut) process.kill();
    const isOld = nowMs() < weather.oldCodeUntilMs && happens(streams.net, 0.5);
    const door = doorOf(process);
    const log = logOf(process, isOld);
    const ports = hub().portsThrough(door, { clock: process.clock, log });
    return {
      process,
      ports: isOld
        ? byOneTime({ ...ports, documents: versioned(oldDocuments(hub().documentsThrough(door))) })
        : ports,
    };
  };

  return {
    start,
    async invoke(name, work, body) {
      const { process, ports } = start(name);
      if (stepOfFunction(name)) {
        const turn = body as Turn;
        handlers.takesUp(process, turn.id);
        recovery.started(process, turn);
      }
      note(`start ${name}`, () => `start ${name}#${process.id} ${JSON.stringify(body)}`);
      try {
        await work(ports);
      } finally {
        handlers.ended(process);
        recovery.ended(process);
      }
    },
  };
}
