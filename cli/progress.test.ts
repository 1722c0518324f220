import { expect, test, vi } from 'vitest';
import type { ClusterReply } from '../shared/api/clusters.ts';
import { createProgress } from './progress.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const aReply = (more: Partial<ClusterReply>): ClusterReply =>
  ({
    name: 'mine',
    state: 'provisioning',
    label: 'Creating the cluster',
    progress: 0.25,
    error: null,
    etaAt: null,
    ...more,
  }) as ClusterReply;

const shownOn = (
  terminal: { isTTY?: boolean; columns?: number },
  ...replies: Partial<ClusterReply>[]
): string => {
  let text = '';
  const progress = createProgress({ ...terminal, write: (more: string) => (text += more) }, () => NOW);
  for (const reply of replies) progress.show(aReply(reply));
  progress.end();
  return text;
};

test('where no terminal is, each change is a line, and what has not changed is none', () => {
  const etaAt = new Date(NOW + 240_000).toISOString();
  expect(shownOn({}, { etaAt }, { progress: 0.3 }, { state: 'ready', label: 'Ready', progress: 1 })).toBe(
    'mine: provisioning, 25 %: Creating the cluster · about 4 min left\nmine: ready, 100 %: Ready\n',
  );
});

test('on a terminal one line is drawn anew, no wider than the terminal', () => {
  const text = shownOn({ isTTY: true, columns: 30 }, {}, { progress: 1 });
  const lines = text.split('\r\u001b[2K').slice(1);
  expect(lines).toHaveLength(2);
  expect(lines.map((line) => line.trimEnd()).every((line) => [...line].length < 30)).toBe(true);
  expect(text.endsWith('\n')).toBe(true);
  // A width of nothing is one that is not known.
  expect(shownOn({ isTTY: true, columns: 0 }, { progress: 1, label: 'Deleted' })).toMatch(/Deleted\n$/);
});

test('what takes longer than was expected says so', () => {
  expect(shownOn({}, { etaAt: new Date(NOW - 1).toISOString() })).toMatch(/cluster · longer than usual\n$/);
});

test('what waits says its place before why, on a terminal in the place of the bar', () => {
  const queued: Partial<ClusterReply> = {
    state: 'queued',
    label: 'Waiting for room',
    progress: 0,
    detail: 'Number 3 in the queue.',
    error: { code: 'CELL_FULL', message: 'Hub is full.', remedy: 'Wait.', fault: 'hub' },
  };
  const says = 'Waiting for room · Number 3 in the queue. · Hub is full.';
  expect(shownOn({}, queued)).toBe(`mine: queued, 0 %: ${says}\n`);
  expect(shownOn({ isTTY: true }, queued)).toBe(`\r\u001b[2Kmine  ${says}\n`);
  // Of an error that it does not wait for, what it did last is old.
  expect(shownOn({}, { ...queued, state: 'undoing', label: 'Cleaning up' })).toMatch(/up · Hub is full\.\n$/);
  expect(shownOn({}, { ...queued, state: 'dreaming' as ClusterReply['state'] })).toMatch(
    /dreaming.*full\.\n$/,
  );
});

test('time passes on a terminal without a change', () => {
  vi.useFakeTimers();
  try {
    let text = '';
    const progress = createProgress({ isTTY: true, write: (more: string) => (text += more) }, () => NOW);
    progress.show(aReply({}));
    const before = text.length;
    vi.advanceTimersByTime(1000);
    expect(text.length).toBeGreaterThan(before);
    progress.end();
    const after = text.length;
    vi.advanceTimersByTime(5000);
    expect(text.length).toBe(after);
  } finally {
    vi.useRealTimers();
  }
});
