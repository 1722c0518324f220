import type { ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { beforeEach, describe, expect, test } from 'vitest';
import { KINDS } from './kinds.ts';
import { followLog, podLog } from './pod-logs.ts';
import { aJob, aLeaf, made, podsOf, type TestLeaf } from './testing.ts';

let cluster: TestLeaf;
beforeEach(async () => {
  cluster = await aLeaf();
});

const nameOf = (): string => podsOf(cluster.leaf)[0]?.metadata.name ?? '';
const log = (query: Record<string, string> = {}): string =>
  podLog(cluster.leaf, { namespace: 'default', name: nameOf() }, new URLSearchParams(query));

/** A job that logs a line, waits, and logs another. */
async function aTalkativeJob(): Promise<void> {
  made(cluster.leaf, KINDS.Job, aJob('talk', ['echo', 'one\ntwo\nthree']));
  await cluster.until(() => podsOf(cluster.leaf)[0]?.status?.phase === 'Succeeded');
}

describe('a log', () => {
  test('comes whole, by its end, by its beginning', async () => {
    await aTalkativeJob();
    expect(log()).toBe('one\ntwo\nthree\n');
    expect(log({ tailLines: '2' })).toBe('two\nthree\n');
    expect(log({ tailLines: '0' })).toBe('');
    expect(log({ limitBytes: '5' })).toBe('one\nt');
  });

  test('has the time of each line, and knows what came since', async () => {
    await aTalkativeJob();
    expect(log({ timestamps: 'true', tailLines: '1' })).toMatch(/^2026-01-01T00:00:\d\d\.\d{9}Z three\n$/);
    await cluster.clock.runFor(3_600_000);
    expect(log({ sinceSeconds: '60' })).toBe('');
    expect(log({ sinceSeconds: '7200' })).toBe('one\ntwo\nthree\n');
    expect(log({ sinceTime: '2026-01-01T00:30:00Z' })).toBe('');
  });

  test.each([
    [{ tailLines: '-1' }, 422, 'PodLogOptions'],
    [{ sinceSeconds: '0' }, 422, 'must be greater than or equal to 1'],
    [{ tailLines: 'many' }, 400, 'invalid syntax'],
    [{ container: 'other' }, 400, 'container other is not valid for pod'],
    [{ previous: 'true' }, 400, 'previous terminated container "work" in pod'],
  ])('is refused for %j', async (query, code, message) => {
    await aTalkativeJob();
    expect(() => log(query as Record<string, string>)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });

  test('of the run before is kept when a container starts again', async () => {
    const failing = aJob('fails', ['sh', '-c', 'nonsense']);
    failing.spec.template.spec.restartPolicy = 'OnFailure';
    failing.spec.backoffLimit = 6;
    made(cluster.leaf, KINDS.Job, failing);
    await cluster.until(
      () => (podsOf(cluster.leaf)[0]?.status?.containerStatuses?.[0]?.restartCount ?? 0) >= 2,
    );
    expect(log({ previous: 'true' })).toContain('cannot run: nonsense');
  });
});

describe('a log that is followed', () => {
  /** As much of a response as a stream of text needs. */
  const follow = () => {
    const response = Object.assign(new PassThrough(), {
      writeHead: () => response,
      flushHeaders: () => undefined,
    });
    followLog(
      cluster.leaf,
      { namespace: 'default', name: nameOf() },
      new URLSearchParams(),
      response as unknown as ServerResponse,
    );
    return text(response);
  };

  test('ends when the container does, with all that it logged', async () => {
    await aTalkativeJob();
    expect(await follow()).toBe('one\ntwo\nthree\n');
  });

  test('ends when the pod goes', async () => {
    made(cluster.leaf, KINDS.Pod, {
      metadata: { name: 'serves' },
      spec: { containers: [{ name: 'web', image: 'web:1' }] },
    });
    await cluster.until(() => podsOf(cluster.leaf)[0]?.status?.phase === 'Running');
    const followed = follow();
    const [pod] = podsOf(cluster.leaf);
    if (pod) cluster.leaf.objects.erase(KINDS.Pod, pod);
    expect(await followed).toContain('web is up');
  });
});
