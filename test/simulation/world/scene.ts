/** What all parts of one seed's world go by: its time, its chance, its weather, how far it is, and what is written down of it. */
import type { VirtualClock } from '../../../local/clock.ts';
import type { Streams } from '../chance.ts';
import type { InvariantName } from '../invariants/names.ts';
import { createTrace, type Trace } from '../trace.ts';
import type { Weather } from '../weather.ts';

export interface Violation {
  /** Of the invariant. */
  name: InvariantName;
  text: string;
  atMs: number;
}

export interface Counts {
  events: number;
  calls: number;
  faults: number;
  crashes: number;
  invocations: number;
  cloudCalls: number;
}

export interface Scene extends Chronicle {
  readonly clock: VirtualClock;
  readonly startMs: number;
  /** Since the start. */
  nowMs(): number;
  readonly streams: Streams;
  readonly weather: Weather;
  readonly counts: Counts;
  /** Rare things that have happened. */
  readonly markers: Set<string>;
  /** While it is made, no stand-in fails; when it is calm, nothing does. */
  phase: 'being made' | 'faulty' | 'calm';
  /** Whoever asks the API has no answer. */
  isShut: boolean;
  /** From so many faults on nothing strikes any more. */
  readonly lastFault: number;
}

interface Chronicle {
  readonly trace: Trace;
  readonly violations: Violation[];
  /** @param line made only if somebody reads it; `key` stands for it in the trace's number */
  note(key: string, line?: () => string): void;
  violate(name: InvariantName, text: string): void;
  /** What led to the first violation, or all if every line is kept. */
  lines(): readonly string[];
}

/** More are of no use. */
const MAX_VIOLATIONS = 20;

export function setScene(
  given: Pick<Scene, 'clock' | 'streams' | 'weather' | 'counts' | 'lastFault'> & { verbose: boolean },
): Scene {
  const { clock, verbose, ...rest } = given;
  const startMs = clock.now();
  const nowMs = (): number => clock.now() - startMs;
  return {
    ...rest,
    clock,
    startMs,
    nowMs,
    markers: new Set(),
    phase: 'being made',
    isShut: false,
    ...chronicle(clock, startMs, verbose),
  };
}

function chronicle(clock: VirtualClock, startMs: number, verbose: boolean): Chronicle {
  const trace = createTrace({ startMs, all: verbose });
  const violations: Violation[] = [];
  let lines: readonly string[] = [];
  const note: Chronicle['note'] = (key, line) => trace.note(clock.now(), key, line);
  return {
    trace,
    violations,
    note,
    violate(name, text) {
      if (violations.length < MAX_VIOLATIONS) violations.push({ name, text, atMs: clock.now() - startMs });
      note('violation', () => `VIOLATION ${name}: ${text}`);
      // What led to it; what comes after is of no use.
      if (violations.length === 1) lines = trace.lines();
    },
    lines: () => (verbose ? trace.lines() : lines),
  };
}
