/** Each look at an account that is being deleted may break off at any of its calls, and the next one goes on. */
import { describe, expect, test } from 'vitest';
import type { Door } from '../../local/memory/doors.ts';
import { type MemoryHub, memoryHub } from '../../local/memory/hub.ts';
import { accountPath } from '../../shared/documents/account.ts';
import { AUDIT } from '../../shared/documents/audit.ts';
import { AppError } from '../../shared/errors.ts';
import { TOPICS } from '../../shared/messages.ts';
import { days, hours, minutes } from '../../shared/units.ts';
import { aCluster, anOrphan, clusterIdOf, writeOf, writeOfLedger } from '../../test/builders.ts';
import { deleteAccount, type Hub, isClosed } from '../../test/closing.ts';
import { CommitError } from '../cloud.ts';

describe('a look that breaks off', () => {
  /** @returns the calls that the function made, and how it ended */
  async function played(strike: number, how: 'before' | 'after'): Promise<{ calls: number; left: string[] }> {
    let calls = 0;
    const hub: MemoryHub = memoryHub({
      inside: 'sketch',
      limits: { handOverMs: minutes(20) },
      async invoke(name, work) {
        const door: Door = async (site, call) => {
          if (name !== TOPICS.closing) return call();
          const isStruck = calls++ === strike;
          if (isStruck && how === 'before') throw fault(site);
          const answer = await call();
          if (isStruck) throw fault(site);
          return answer;
        };
        await work(hub.portsThrough(door));
      },
    });
    const stop = hub.startScheduler();
    await plant(hub);
    await deleteAccount(hub, 'grace');
    await hub.until(isClosed(hub, 'grace'), hours(4));
    stop();
    const left = (await traces(hub)).filter((path) => !path.startsWith(`${AUDIT}/`));
    if (await hub.ports.people.find('grace')) left.push('the user');
    return { calls, left };
  }

  const fault = (site: string): Error =>
    site.startsWith('documents.')
      ? new CommitError('unavailable', 'the handler died')
      : new AppError('UNAVAILABLE');

  test('is gone on with, wherever that was', async () => {
    const { calls, left } = await played(-1, 'before');
    expect(left).toEqual([]);
    expect(calls).toBeGreaterThan(40);
    const all: string[][] = [];
    for (let strike = 0; strike < calls; strike++) {
      for (const how of ['before', 'after'] as const) all.push((await played(strike, how)).left);
    }
    expect(all.flat()).toEqual([]);
  }, 480_000);
});

/** One document of each kind that may name her. */
async function plant(hub: Hub): Promise<void> {
  const now = new Date(hub.clock.now());
  const later = new Date(hub.clock.now() + days(30));
  const id = clusterIdOf(7);
  const members = { ada: 'owner', grace: 'editor' } as const;
  await hub.run(
    hub.documents.commit([
      writeOf(aCluster({ id, owner: 'ada', state: 'failed', members })),
      writeOfLedger(id),
      writeOf(aCluster({ id: clusterIdOf(8), owner: 'grace', state: 'failed' })),
      writeOfLedger(clusterIdOf(8)),
      // Offered first, to somebody who does not come.
      writeOf(
        aCluster({
          id: clusterIdOf(9),
          owner: 'grace',
          state: 'failed',
          members: { ada: 'owner', grace: 'owner' },
        }),
      ),
      writeOfLedger(clusterIdOf(9)),
      { op: 'set', path: accountPath('grace'), data: { schema: 1, clusters: 0, hourlyMicros: 0 } },
      {
        op: 'set',
        path: `clusters/${id}/events/00000001`,
        data: { ...EVENT, epoch: 1, at: now, actor: 'grace', message: 'Tried again.' },
      },
      {
        op: 'set',
        path: `clusters/${id}/events/00000002`,
        data: {
          ...EVENT,
          epoch: 2,
          at: now,
          subject: 'grace',
          message: 'grace@example.com may now edit it.',
        },
      },
      {
        op: 'set',
        path: 'invitations/to-grace',
        data: {
          schema: 1,
          cluster: id,
          email: 'grace@example.com',
          role: 'viewer',
          invitedBy: 'ada',
          createdAt: now,
          expiresAt: later,
        },
      },
      {
        op: 'set',
        path: 'signals/one',
        data: { schema: 1, kind: 'busy', account: 'grace', at: now, purgeAt: later },
      },
      { op: 'set', path: 'orphans/one', data: { ...anOrphan({ owner: 'grace', state: 'unproven' }) } },
      { op: 'set', path: 'oidcCodes/one', data: { schema: 1, uid: 'grace', email: 'grace@example.com' } },
    ]),
  );
}

const EVENT = {
  schema: 1,
  from: 'ready',
  to: 'ready',
  cause: 'share',
  durationMs: 0,
  nonce: 'n',
};

/** Paths of the documents that name her. */
async function traces(hub: Hub): Promise<string[]> {
  const found = await Promise.all(
    ['accounts', 'clusters', 'invitations', 'signals', 'orphans', 'oidcCodes', 'audit'].map((collection) =>
      hub.documents.query({ collection }),
    ),
  );
  const events = await hub.documents.query({ collection: 'events', group: true });
  return [...found.flat(), ...events]
    .filter(({ path, data }) => JSON.stringify([path, data]).includes('grace'))
    .map(({ path }) => path);
}
