/**
 * The official client sends a commit again whose answer was lost. Whatever the audit log tells of is then answered as if nothing had been lost,
 * is written once, and has its one line, which goes where nobody can take it away.
 */
import { Firestore } from '@google-cloud/firestore';
import { beforeAll, expect, test, vi } from 'vitest';
import { doubt } from '../../functions/accounts/signal.ts';
import { AUDIT_EVENT } from '../../functions/audit.ts';
import { closeAccounts } from '../../functions/closing/close.ts';
import type { Documents, Write } from '../../functions/cloud.ts';
import { createDocuments } from '../../functions/google/documents.ts';
import { aWorld } from '../../local/a-world.ts';
import { realClock } from '../../local/clock.ts';
import { createFaults } from '../../local/faults.ts';
import { serveFirestore } from '../../local/firestore/server.ts';
import { seededRandom } from '../../local/random.ts';
import { type Allowance, accountPath } from '../../shared/documents/account.ts';
import { AUDIT, AUDIT_ACTIONS, type AuditAction, type AuditFields } from '../../shared/documents/audit.ts';
import type { Cluster } from '../../shared/documents/cluster.ts';
import { orphanPath } from '../../shared/documents/orphan.ts';
import { days, hours } from '../../shared/units.ts';
import { type ApiUnderTest, apiUnderTest } from '../api.ts';
import { aCluster, aDeadLetter, anOrphan, aSpec, clusterIdOf, writeOf, writeOfLetter } from '../builders.ts';
import { oidcOver } from '../oidc.ts';
import type { Sending } from '../request.ts';

beforeAll(() => {
  // The client would look for Google's metadata server before its first call.
  vi.stubEnv('METADATA_SERVER_DETECTION', 'none');
});

/** The API over the real client. From `loseReplies` on each commit is carried out, its answer lost, and sent again. */
async function overTheWire() {
  const faults = createFaults({}, seededRandom(1));
  const face = await serveFirestore({ ...aWorld({ clock: realClock() }), faults }, 0);
  const firestore = new Firestore({ projectId: 'hub-test', host: `127.0.0.1:${face.port}`, ssl: false });
  const real = createDocuments(firestore);
  const api = apiUnderTest();
  const lost: { struck: number }[] = [];
  let isLosing = false;
  const documents: Documents = {
    ...real,
    async commit(writes) {
      faults.clear();
      if (isLosing && writes.length > 0)
        lost.push(faults.force('reply-lost', { times: 1, subject: 'commit', mayMiss: true }));
      await real.commit(writes);
    },
  };
  api.ports.documents = documents;
  return {
    api,
    documents,
    loseReplies: () => {
      isLosing = true;
    },
    lost: () => lost.filter(({ struck }) => struck > 0).length,
    async close() {
      await firestore.terminate();
      await face.close();
    },
  };
}

interface Deed {
  given(now: Date): Write[];
  /** What somebody asks the API for; or what Hub does by itself. */
  done:
    | readonly [as: string, method: string, path: string, more?: Sending]
    | ((api: ApiUnderTest) => Promise<void>);
  /** What the answer says: the state afterwards. */
  says?: object;
}

const ID = clusterIdOf(1);
const AT = `/v1/clusters/${ID}`;
const members = { ada: 'owner', grace: 'owner' } as const;
const aMine = (fields: Partial<Cluster> = {}): Write[] => [
  writeOf(aCluster({ owner: 'ada', members, ...fields })),
];
const anAccount = (uid: string, fields: Partial<Allowance> = {}): Write => ({
  op: 'set',
  path: accountPath(uid),
  data: { schema: 1, clusters: 0, hourlyMicros: 0, ...fields },
});
const byOperator = (standing: 'good' | 'suspended'): Deed => ({
  given: () => [anAccount('ada')],
  done: [
    'op',
    'PUT',
    '/v1/admin/accounts/ada',
    { body: { standing: { state: standing, reason: 'They called.' } } },
  ],
});

const DEEDS: Readonly<Record<AuditAction, Deed>> = {
  create: { given: () => [], done: ['ada', 'POST', '/v1/clusters', { body: { name: 'mine' } }] },
  claim: {
    given: () => [writeOf(aCluster({ state: 'warm', pool: 'default' }))],
    done: ['ada', 'POST', '/v1/clusters', { body: { name: 'mine' } }],
  },
  delete: { given: () => aMine(), done: ['ada', 'DELETE', AT] },
  retry: { given: () => aMine({ state: 'failed' }), done: ['ada', 'POST', `${AT}:retry`] },
  share: {
    given: () => aMine(),
    done: ['ada', 'PUT', `${AT}/members/grace@example.com`, { body: { role: 'viewer' } }],
  },
  extend: {
    given: (now) => {
      const endsAt = new Date(now.getTime() + hours(1));
      return aMine({ spec: aSpec({ ttlHours: 8 }), expiresAt: endsAt, dueAt: endsAt });
    },
    done: ['ada', 'POST', `${AT}:extend`, { body: { ttlHours: 8 } }],
  },
  transfer: {
    given: () => aMine(),
    done: ['ada', 'POST', `${AT}:transfer`, { body: { email: 'grace@example.com' } }],
  },
  invite: {
    given: () => aMine(),
    done: ['ada', 'PUT', `${AT}/members/new@example.com`, { body: { role: 'viewer' } }],
  },
  'withdraw-invitation': {
    given: () => aMine(),
    done: ['ada', 'DELETE', `${AT}/members/new@example.com`],
  },
  'issue-credentials': {
    given: () => aMine({ location: 'europe-west1-b' }),
    done: ['ada', 'GET', `${AT}/credentials?kind=kubeconfig`],
  },
  'sign-in': {
    given: () => [],
    async done(api) {
      const hub = await oidcOver(api);
      await hub.browser().signIn(hub.request(), hub.as('ada'));
    },
  },
  'set-limits': {
    given: () => [],
    done: ['op', 'PUT', '/v1/admin/accounts/ada', { body: { maxClusters: 9 } }],
    says: { maxClusters: 9 },
  },
  'decline-request': {
    given: (at) => [
      anAccount('ada', { request: { maxClusters: 9, reason: 'More.', at, email: 'ada@example.com' } }),
    ],
    done: ['op', 'PUT', '/v1/admin/accounts/ada', { body: { decline: true } }],
  },
  throttle: {
    given: () => [anAccount('ada')],
    done: ({ ports }) => doubt(ports, 'ada', { id: 'busy-1', kind: 'busy' }),
  },
  suspend: byOperator('suspended'),
  restore: byOperator('good'),
  'set-pool': {
    given: () => [],
    done: ['op', 'PUT', '/v1/pools/default', { body: { wanted: 1 } }],
    says: { wanted: 1 },
  },
  replay: {
    given: () => [writeOfLetter(aDeadLetter())],
    done: ['op', 'POST', '/v1/admin/deadLetters/17:replay', { body: { reason: 'The database was away.' } }],
    says: { state: 'replayed' },
  },
  dismiss: {
    given: () => [writeOfLetter(aDeadLetter())],
    done: ['op', 'POST', '/v1/admin/deadLetters/17:dismiss', { body: { reason: 'Its topic is gone.' } }],
    says: { state: 'dismissed' },
  },
  'delete-orphan': {
    given: () => [{ op: 'set', path: orphanPath('disk-x'), data: { ...anOrphan() } }],
    done: ['op', 'POST', '/v1/admin/orphans/disk-x:delete', { body: { reason: 'It costs.' } }],
    says: { asked: { by: 'op', reason: 'It costs.' } },
  },
  'delete-account': {
    given: () => [anAccount('ada')],
    done: ['op', 'POST', '/v1/admin/accounts/ada:delete', { body: { reason: 'They asked.' } }],
    says: { closing: {} },
  },
  'close-account': {
    given: (now) => {
      const since = new Date(now.getTime() - days(1));
      return [anAccount('ada', { closing: { since, by: 'ada', userGoneAt: since } })];
    },
    done: ({ ports }) => closeAccounts(ports),
  },
};

test.each(AUDIT_ACTIONS)('"%s" is answered, written and told once', async (action) => {
  const { api, documents, loseReplies, lost, close } = await overTheWire();
  await documents.commit(DEEDS[action].given(new Date(api.clock.now())));
  if (action === 'withdraw-invitation') await asked(api, DEEDS.invite);
  if (action === 'issue-credentials') withCluster(api);
  api.lines.length = 0;
  loseReplies();
  await asked(api, DEEDS[action]);
  expect(lost()).toBeGreaterThan(0);
  const entries = (await documents.query({ collection: AUDIT })).map(
    ({ data }) => data as unknown as AuditFields,
  );
  expect(entries.filter((entry) => entry.action === action)).toHaveLength(1);
  const told = api.lines.filter(({ event, fields }) => event === AUDIT_EVENT && fields.action === action);
  expect(told).toHaveLength(1);
  await close();
});

async function asked(api: ApiUnderTest, { done, says = {} }: Deed): Promise<void> {
  if (typeof done === 'function') return done(api);
  const [as, method, path, more] = done;
  const { status, body } = await api.send(method, path, api.as(as, { operator: as === 'op' }), more);
  expect({ isRefused: status >= 300, ...(body as object) }).toMatchObject({ isRefused: false, ...says });
}

/** It runs, and gives tokens. */
function withCluster({ ports, clock }: ApiUnderTest): void {
  ports.provider = {
    ...ports.provider,
    observeCluster: async () => ({ status: 'ready', connection: { server: 'https://leaf.example.com' } }),
  };
  ports.leaves = {
    open: () =>
      ({
        issueToken: async () => ({ token: 'a-token', expiresAt: clock.now() + hours(0.9) }),
      }) as unknown as ReturnType<typeof ports.leaves.open>,
  };
}
