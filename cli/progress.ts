/** What happens to a cluster, as it happens: on a terminal one line that is drawn anew, elsewhere a line for each change. */
import type { ClusterReply } from '../shared/api/clusters.ts';
import { expectedInWords } from '../shared/duration.ts';
import { rowOf, STATES } from '../shared/lifecycle/table.ts';
import { seconds } from '../shared/units.ts';
import type { Output } from './io.ts';

interface Progress {
  show(cluster: ClusterReply): void;
  /** Leaves the last line as it is. */
  end(): void;
}

const BAR = 20;
const CLEAR_LINE = '\r\u001b[2K';

/** @param now in ms since the epoch */
export const createProgress = (out: Output, now: () => number = Date.now): Progress =>
  out.isTTY ? redrawn(out, now) : listed(out, now);

function redrawn(out: Output, now: () => number): Progress {
  let last: ClusterReply | undefined;
  const draw = (): void => {
    if (!last) return;
    // What waits goes nowhere meanwhile, and there is more to say of it.
    const far = isWaiting(last) ? '' : `${barOf(last)} ${percent(last)}  `;
    const line = `${last.name}  ${far}${inWords(last, now())}`;
    // What is longer than the terminal is wide would stay behind.
    out.write(`${CLEAR_LINE}${[...line].slice(0, (out.columns || 80) - 1).join('')}`);
  };
  const timer = setInterval(draw, seconds(1));
  timer.unref();
  return {
    show(cluster) {
      last = cluster;
      draw();
    },
    end() {
      clearInterval(timer);
      if (last) out.write('\n');
      last = undefined;
    },
  };
}

function listed(out: Output, now: () => number): Progress {
  let before = '';
  return {
    show(cluster) {
      const key = [cluster.state, cluster.detail, cluster.error?.code].join();
      if (key === before) return;
      before = key;
      out.write(`${cluster.name}: ${cluster.state}, ${percent(cluster)}: ${inWords(cluster, now())}\n`);
    },
    end: () => undefined,
  };
}

/** Of a state that only a later Hub knows nothing is known. */
const isWaiting = ({ state }: ClusterReply): boolean =>
  STATES.includes(state) && rowOf(state).waiting === true;

const barOf = ({ progress }: ClusterReply): string => '█'.repeat(Math.round(progress * BAR)).padEnd(BAR, '░');

const percent = ({ progress }: ClusterReply): string => `${Math.round(progress * 100)} %`;

function inWords(cluster: ClusterReply, nowMs: number): string {
  const { label, detail, error, etaAt } = cluster;
  const left = etaAt === null ? undefined : expectedInWords(Date.parse(etaAt) - nowMs);
  // The place in the queue first: a terminal may be too narrow for both.
  const says = error && isWaiting(cluster) ? [detail, error.message] : [error?.message ?? detail];
  return [label, ...says, left].filter(Boolean).join(' · ');
}
