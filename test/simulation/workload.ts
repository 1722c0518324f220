/**
 * What people do in one seed, over the real API, and what else happens around their clusters. Every endpoint of the policy has its place
 * here, so a new one either joins by itself or makes this file fail to compile.
 */
import type { Hono } from 'hono';
import { createApi } from '../../functions/api/app.ts';
import { CREDENTIALS_ENDPOINTS } from '../../functions/api/credentials.ts';
import { type EndpointName, POLICY, partsOf } from '../../functions/api/policy.ts';
import type { ApiEnv } from '../../functions/http/observe.ts';
import { REGIONS, SIZES } from '../../shared/catalog/catalog.ts';
import type { Cluster } from '../../shared/documents/cluster.ts';
import { type DeadLetterFields, deadLetterPath } from '../../shared/documents/dead-letter.ts';
import { poolPath } from '../../shared/documents/pool.ts';
import { commandEdge, ENDING } from '../../shared/lifecycle/derive.ts';
import { type Command, rowOf, type State } from '../../shared/lifecycle/table.ts';
import { hours, minutes, seconds } from '../../shared/units.ts';
import { requestOf } from '../request.ts';
import { accidents } from './accidents.ts';
import { type Askers, layAmbushes } from './ambush.ts';
import { between, happens, integer, oneOf } from './chance.ts';
import { watchHeld } from './invariants/held.ts';
import type { Findings } from './invariants.ts';
import type { Process } from './process.ts';
import type { World } from './world.ts';

export const USERS = ['ada', 'grace', 'linus', 'edsger'] as const;
/** `leaver-<n>`: somebody who comes to go again. */
export type User = (typeof USERS)[number] | 'operator' | `leaver-${number}`;

/** Clients give up by then, and repeat what is safe to repeat. */
const PATIENCE_MS = seconds(30);
const REPEATS = 4;

/** The way out, and where an operator must help. */
const LEAVING: ReadonlySet<State> = new Set<State>([...ENDING, 'stuck']);

/** What the endpoints ask of a cluster; of the others an event always tells. */
const COMMANDS: Partial<Record<EndpointName, Command>> = {
  'DELETE /v1/clusters/{id}': 'delete',
  'POST /v1/clusters/{id}:retry': 'retry',
};

const EXTEND = 'POST /v1/clusters/{id}:extend';

export interface Answer {
  status: number;
  body: { id?: string; code?: string; expiresAt?: string };
  etag: string | undefined;
}

interface Instance {
  process: Process;
  app: Hono<ApiEnv>;
}

interface Ask {
  as: User;
  name: EndpointName;
  id?: string | undefined;
  email?: string | undefined;
  query?: string;
  body?: object;
  key?: string;
  /** ETag of what was looked at. */
  seen?: string | undefined;
}

export type Workload = ReturnType<typeof createWorkload>;

export function createWorkload(world: World, findings: Findings) {
  const { hub, clock, streams } = world;
  const random = streams.load;
  const held = watchHeld(world);
  const idle: Record<'api' | 'credentials', Instance[]> = { api: [], credentials: [] };
  const tokens = new Map<User, string>();
  const signIn = (uid: User): void => {
    const signedInAt = new Date(clock.now());
    const operator = uid === 'operator';
    tokens.set(
      uid,
      hub.tokens.issue({ uid, email: emailOf(uid), emailVerified: true, operator, signedInAt }),
    );
  };
  for (const uid of [...USERS, 'operator' as const]) signIn(uid);
  const sleep = (ms: number): Promise<void> => clock.sleepUntil(clock.now() + ms);
  /** By idempotency key: the clusters that were answered. */
  const madeByKey = new Map<string, Set<string>>();

  const instanceOf = (name: 'api' | 'credentials'): Instance => {
    for (let found = idle[name].pop(); found; found = idle[name].pop()) if (found.process.alive) return found;
    const { process, ports } = world.start(name, { lasts: true });
    return { process, app: createApi(ports, ...(name === 'api' ? [] : [CREDENTIALS_ENDPOINTS])) };
  };

  /** One request. @returns undefined if there was no answer in time */
  async function send({
    as,
    name,
    id = '',
    email = '',
    query = '',
    body,
    key,
    seen,
  }: Ask): Promise<Answer | undefined> {
    const { method, path } = partsOf(name);
    const served = name.endsWith('/credentials') ? 'credentials' : 'api';
    const instance = instanceOf(served);
    const url = path.replace('{id}', id).replace('{email}', encodeURIComponent(email)) + query;
    world.note(`ask ${name}`, () => `${as} ${method} ${url} ${body ? JSON.stringify(body) : ''}`);
    world.serving.add(instance.process);
    const fromMs = clock.now();
    const before = findings.clusters().find((cluster) => cluster.id === id);
    const refusals = held.refusalsOf(as, name, before);
    const there = new Set(refusals.size > 0 ? findings.clusters().map((cluster) => cluster.id) : []);
    const answered = Promise.resolve(
      instance.app.request(
        url,
        requestOf(method, tokens.get(as), {
          body,
          headers: {
            ...(seen !== undefined && { 'if-match': seen }),
            ...(key !== undefined && { 'idempotency-key': key }),
          },
        }),
      ),
    ).then(async (response): Promise<Answer> => {
      const text = await response.text();
      const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
      world.serving.delete(instance.process);
      const etag = response.headers.get('etag') ?? undefined;
      return { status: response.status, body: isJson ? JSON.parse(text) : {}, etag };
    });
    const answer = await Promise.race([answered, sleep(PATIENCE_MS)]);
    if (!answer) return undefined;
    if (instance.process.alive) idle[served].push(instance);
    world.note(
      `answer ${answer.status}`,
      () => `${as} ${method} ${url} → ${answer.status} ${answer.body.code ?? answer.body.id ?? ''}`,
    );
    if (answer.status >= 500 && answer.status !== 503)
      world.violate('S16', `${name} answers ${answer.status} ${answer.body.code}`);
    if (key !== undefined && answer.status === 202 && answer.body.id !== undefined) {
      const made = madeByKey.get(key) ?? new Set();
      madeByKey.set(key, made.add(answer.body.id));
      if (made.size > 1) world.violate('S10', `the key ${key} made ${[...made].join(' and ')}`);
    }
    if (name === 'POST /v1/clusters' && answer.status === 202) checkMine(as, answer.body.id ?? '');
    if (name === 'DELETE /v1/clusters/{id}' && answer.status < 300) checkEnding(id);
    if (name === EXTEND) noteExtension(id, before, answer, fromMs + hours(ttlHoursOf(body)));
    if (before && answer.status < 300) noteUnchanged(before, COMMANDS[name]);
    // Who asks with the key of what was carried out before is told of that.
    const isRepeat = key !== undefined && there.has(answer.body.id ?? '');
    if (answer.status < 300 && !isRepeat)
      held.checkRefused(`${name} of ${as}`, refusals, held.refusalsOf(as, name, before));
    else if (/_SUSPENDED$|_THROTTLED$/.test(answer.body.code ?? '')) world.markers.add('held and refused');
    return answer;
  }

  /** It was in that state all the while, so the command met it there. */
  function noteUnchanged({ id, state, epoch }: Cluster, command: Command | undefined): void {
    const now = findings.clusters().find((cluster) => cluster.id === id);
    if (command && now?.epoch === epoch && commandEdge(state, command) === state)
      findings.noteAnswered(state, command);
  }

  /** Who is told when it ends may count on that. */
  function noteExtension(
    id: string,
    before: Cluster | undefined,
    { status, body }: Answer,
    askedMs: number,
  ): void {
    const isClose = Math.abs((before?.expiresAt?.getTime() ?? 0) - clock.now()) < seconds(5);
    if (body.code === 'LIFETIME_OVER' && isClose) world.markers.add('too late to be extended');
    if (status !== 202 || body.expiresAt === undefined) return;
    if (isClose) world.markers.add('extended at its end');
    if (Date.parse(body.expiresAt) < askedMs - minutes(2))
      world.violate('S20', `${id} is extended, and ends sooner than was asked for`);
    findings.noteExtended(id, Date.parse(body.expiresAt));
  }

  /** Who is told that they have a cluster has it. */
  function checkMine(as: User, id: string): void {
    const found = findings.clusters().find((cluster) => cluster.id === id);
    if (found?.owner !== as && found?.members[as] === undefined)
      world.violate('S1', `${as} is told of ${id}, which is ${found?.owner ?? 'nobody'}'s`);
  }

  /** What is said to be deleted is on its way out, or needs an operator. */
  function checkEnding(id: string): void {
    const state = findings.clusters().find((cluster) => cluster.id === id)?.state;
    if (state === undefined || !LEAVING.has(state))
      world.violate('S18', `the deletion of ${id} is accepted, and it is ${state}`);
  }

  /** As people and programs do: again, where there was no answer or one that says to come back. */
  async function ask(request: Ask): Promise<Answer | undefined> {
    for (let left = REPEATS; ; left--) {
      const answer = await send(request);
      const again = answer === undefined || answer.status === 503 || answer.status === 409;
      if (!again || left === 0) return answer;
      await sleep(between(random, seconds(1), seconds(20)));
    }
  }

  const anyUser = (): User => oneOf(random, USERS);
  const living = (): { id: string; owner: User; members: User[] }[] =>
    findings
      .clusters()
      .flatMap(({ id, owner, state, members }) =>
        owner === undefined || state === 'deleted'
          ? []
          : [{ id, owner: owner as User, members: Object.keys(members) as User[] }],
      );
  const anyCluster = () => oneOf(random, living());

  const wish = () => ({
    name: 'mine',
    product: happens(random, 0.6) ? 'hello' : 'pachyderm',
    ...(happens(random, 0.3) && { region: oneOf(random, REGIONS)?.id }),
    ...(happens(random, 0.1) && { size: oneOf(random, SIZES)?.id }),
    ...(happens(random, 0.4) && { ttlHours: oneOf(random, [1, 2, 24] as const) }),
  });

  let keys = 0;
  async function create(): Promise<void> {
    const as = anyUser();
    const body = wish();
    const key = `key-${++keys}`;
    const request: Ask = { as, name: 'POST /v1/clusters', body, key };
    // A double click, or a client that does not wait.
    if (happens(random, 0.2)) void ask(request);
    const answer = await ask(request);
    const id = answer?.body.id;
    if (answer?.status !== 202 || id === undefined || !happens(random, 0.4)) return;
    await sleep(between(random, 0, seconds(150)));
    await ask({ as, name: 'DELETE /v1/clusters/{id}', id });
  }

  /** Spares come a few at a time, and then everybody wants one. */
  async function rush(): Promise<void> {
    const { product } = pool;
    for (const as of USERS) {
      const key = `key-${++keys}`;
      void ask({ as, name: 'POST /v1/clusters', body: { name: 'mine', product }, key });
    }
  }

  /** The pool is to become smaller while people take what it has. */
  async function giveUpInRush(): Promise<void> {
    const { wanted } = pool;
    const isWarm = (): boolean => findings.clusters().some(({ state }) => state === 'warm');
    for (let left = 20; left > 0 && !isWarm(); left--) await sleep(minutes(1));
    void putPool({ wanted: 0 });
    await sleep(between(random, 0, seconds(0.5)));
    await rush();
    await sleep(between(random, minutes(1), minutes(20)));
    await putPool({ wanted });
  }

  /** Whoever is invited becomes a member when they come. */
  const come = async (guest: User): Promise<void> => void (await ask({ as: guest, name: 'GET /v1/me' }));

  /** Somebody comes and goes before all are told. */
  async function fickle(): Promise<void> {
    const usable = findings
      .clusters()
      .filter(({ state, owner }) => owner !== undefined && rowOf(state).usable === true);
    // There are members of two kinds there, in the cluster and in its application.
    const found =
      oneOf(
        random,
        usable.filter(({ spec }) => spec.product === 'pachyderm'),
      ) ?? oneOf(random, usable);
    const guest = oneOf(
      random,
      USERS.filter((uid) => found?.members[uid] === undefined),
    );
    if (!found || guest === undefined) return;
    const request = { as: found.owner as User, id: found.id, email: emailOf(guest) };
    await ask({ ...request, name: 'PUT /v1/clusters/{id}/members/{email}', body: { role: 'editor' } });
    // Now and then they come while they are shut out.
    const coming = come(guest);
    if (happens(random, 0.7)) await coming;
    await sleep(between(random, 0, minutes(5)));
    await ask({ ...request, name: 'DELETE /v1/clusters/{id}/members/{email}' });
  }

  /** It is offered to another owner, who takes it, or is quicker or slower than whatever else happens to it. */
  async function transfer(): Promise<void> {
    const name = 'POST /v1/clusters/{id}:transfer';
    const found = anyCluster();
    const guest = oneOf(
      random,
      USERS.filter((uid) => uid !== found?.owner),
    );
    if (!found || guest === undefined) return;
    const { id, owner } = found;
    const email = emailOf(guest);
    await ask({
      as: owner,
      name: 'PUT /v1/clusters/{id}/members/{email}',
      id,
      email,
      body: { role: 'owner' },
    });
    await come(guest);
    await ask({ as: owner, name, id, body: { email } });
    await sleep(between(random, 0, minutes(5)));
    const isRush = happens(random, 0.3);
    if (isRush) void ask({ as: owner, name: 'DELETE /v1/clusters/{id}', id });
    const answer = await ask({ as: guest, name, id, body: { email } });
    if (answer?.status === 202) world.markers.add('handed to another owner');
  }

  const ttlHoursOf = (body: Ask['body']): number => (body as { ttlHours?: number }).ttlHours ?? 0;
  const longer = () => ({ ttlHours: oneOf(random, [1, 2, 3, 48] as const) });
  const lasting = () =>
    findings
      .clusters()
      .filter(({ state, expiresAt }) => expiresAt !== undefined && rowOf(state).usable === true);

  /** Somebody is not done yet: in good time, while others come in, or in the very moment in which it ends. */
  async function extend(): Promise<void> {
    if (lasting().length === 0) {
      const body = { name: 'short', product: 'hello', ttlHours: 1 };
      await ask({ as: anyUser(), name: 'POST /v1/clusters', body, key: `key-${++keys}` });
      for (let left = 30; left > 0 && lasting().length === 0; left--) await sleep(minutes(1));
    }
    const found = oneOf(random, lasting());
    const { id = anyCluster()?.id ?? 'aaaaaaaaaaaaaaaa', expiresAt } = found ?? {};
    const owner = (found?.owner as User | undefined) ?? anyUser();
    const how = random.fraction();
    if (expiresAt && how < 0.5)
      await clock.sleepUntil(expiresAt.getTime() + between(random, -seconds(1), seconds(1)));
    else if (how < 0.8) {
      const guest = anyUser();
      const name = 'PUT /v1/clusters/{id}/members/{email}';
      void ask({ as: owner, name, id, email: emailOf(guest), body: { role: 'viewer' } }).then(() =>
        come(guest),
      );
      await sleep(between(random, 0, seconds(2)));
    }
    const as = happens(random, 0.1) ? anyUser() : owner;
    await ask({ as, name: EXTEND, id, body: longer() });
  }

  /** What was asked of it last. */
  const pool = {
    /** Of other products and shapes only some of the time: a pool that changes its shape begins anew. */
    product: happens(random, 0.6) ? 'hello' : 'pachyderm',
    wanted: 0,
  };
  async function putPool({
    wanted,
    product = pool.product,
  }: {
    wanted: number;
    product?: string;
  }): Promise<void> {
    Object.assign(pool, { wanted, product });
    world.pools.add(poolPath('default'));
    await ask({ as: 'operator', name: 'PUT /v1/pools/{id}', id: 'default', body: { product, wanted } });
  }

  const saysOf = (id: User, state: 'good' | 'throttled' | 'suspended') =>
    ask({
      as: 'operator',
      name: 'PUT /v1/admin/accounts/{id}',
      id,
      body: { standing: { state, reason: 'what it does' } },
    });
  /** An operator doubts somebody, and mostly thinks better of it. */
  async function hold(): Promise<void> {
    const uid = anyUser();
    await saysOf(uid, oneOf(random, ['throttled', 'suspended'] as const));
    // They do not know it yet.
    const theirs = oneOf(
      random,
      living().filter(({ members }) => members.includes(uid)),
    );
    if (theirs)
      await ask({
        as: uid,
        name: 'GET /v1/clusters/{id}/credentials',
        id: theirs.id,
        query: '?kind=kubeconfig',
      });
    await sleep(between(random, 0, hours(1)));
    if (happens(random, 0.8)) await saysOf(uid, 'good');
  }

  const ofOwner =
    (name: EndpointName, more: () => Partial<Ask> = () => ({})) =>
    async (): Promise<void> => {
      const found = anyCluster();
      // Now and then by somebody who may not.
      const as = happens(random, 0.1) ? anyUser() : (found?.owner ?? anyUser());
      await ask({ as, name, id: found?.id ?? 'aaaaaaaaaaaaaaaa', ...more() });
    };
  const ofOperator =
    (name: EndpointName, more: () => Partial<Ask> = () => ({})) =>
    async (): Promise<void> =>
      void (await ask({ as: 'operator', name, ...more() }));

  const letters = (): string[] =>
    [...world.letters].filter(
      (id) => hub.documents.peek<DeadLetterFields>(deadLetterPath(id))?.data.state === 'open',
    );

  async function replay(id: string | undefined): Promise<void> {
    if (id === undefined) return;
    const answer = await ask({
      as: 'operator',
      name: 'POST /v1/admin/deadLetters/{id}:replay',
      id,
      body: { reason: 'again' },
    });
    if (answer && answer.status < 300) world.markers.add('dead letter replayed');
  }

  /** Somebody new makes a cluster, is let into one, or both, and deletes their account. */
  let leavers = 0;
  async function comeAndGo(go: (uid: User) => Promise<Answer | undefined>): Promise<void> {
    const uid: User = `leaver-${++leavers}`;
    signIn(uid);
    if (happens(random, 0.6))
      await ask({ as: uid, name: 'POST /v1/clusters', body: wish(), key: `key-${++keys}` });
    const host = anyCluster();
    if (host && happens(random, 0.6))
      await ask({
        as: host.owner,
        name: 'PUT /v1/clusters/{id}/members/{email}',
        id: host.id,
        email: emailOf(uid),
        body: { role: oneOf(random, ['viewer', 'editor', 'owner'] as const) },
      }).then(() => come(uid));
    await sleep(between(random, 0, minutes(12)));
    const own = living().filter(({ owner }) => owner === uid);
    // Somebody works with them, who may take over what they leave, or may not come in time.
    const heir = anyUser();
    for (const { id } of own) {
      const body = { role: 'owner' };
      if (happens(random, 0.6))
        await ask({ as: uid, name: 'PUT /v1/clusters/{id}/members/{email}', id, email: emailOf(heir), body });
    }
    await come(heir);
    const answer = await go(uid);
    if (answer?.status !== 202) return;
    world.leavers.add(uid);
    await sleep(between(random, 0, minutes(50)));
    for (const { id } of own)
      await ask({ as: heir, name: 'POST /v1/clusters/{id}:transfer', id, body: { email: emailOf(heir) } });
  }
  async function deleteAccount(as: User): Promise<Answer | undefined> {
    // What they look at may change before they press.
    for (let left = 3; ; left--) {
      const preview = await ask({ as, name: 'GET /v1/account' });
      const answer = await ask({ as, name: 'DELETE /v1/account', seen: preview?.etag });
      if (answer?.body.code !== 'PREVIEW_CHANGED' || left === 0) return answer;
    }
  }

  /** By how often each happens, against the others. */
  type Deed = readonly [weight: number, act: () => Promise<void>];
  const writes = {
    'POST /v1/clusters': [12, create],
    'DELETE /v1/clusters/{id}': [5, ofOwner('DELETE /v1/clusters/{id}')],
    'POST /v1/clusters/{id}:retry': [3, ofOwner('POST /v1/clusters/{id}:retry')],
    'PUT /v1/clusters/{id}/members/{email}': [
      4,
      async () => {
        const guest = anyUser();
        await ofOwner('PUT /v1/clusters/{id}/members/{email}', () => ({
          email: emailOf(guest),
          body: { role: oneOf(random, ['viewer', 'editor', 'owner'] as const) },
        }))();
        await come(guest);
      },
    ],
    'DELETE /v1/clusters/{id}/members/{email}': [
      3,
      ofOwner('DELETE /v1/clusters/{id}/members/{email}', () => ({ email: emailOf(anyUser()) })),
    ],
    'POST /v1/clusters/{id}:transfer': [2, transfer],
    [EXTEND]: [3, extend],
    'PUT /v1/me/quotaRequest': [
      0.3,
      async () =>
        void (await ask({
          as: anyUser(),
          name: 'PUT /v1/me/quotaRequest',
          body: { maxClusters: 20, reason: 'more' },
        })),
    ],
    'DELETE /v1/me/quotaRequest': [
      0.3,
      async () => void (await ask({ as: anyUser(), name: 'DELETE /v1/me/quotaRequest' })),
    ],
    'PUT /v1/pools/{id}': [
      1,
      () =>
        putPool({
          wanted: integer(random, 0, 3),
          ...(happens(random, 0.2) && { product: oneOf(random, ['hello', 'pachyderm'] as const) }),
        }),
    ],
    'PUT /v1/admin/accounts/{id}': [
      0.5,
      ofOperator('PUT /v1/admin/accounts/{id}', () => ({
        id: anyUser(),
        body: { maxClusters: integer(random, 1, 10) },
      })),
    ],
    'DELETE /v1/account': [0.4, () => comeAndGo(deleteAccount)],
    'POST /v1/admin/accounts/{id}:delete': [
      0.2,
      () =>
        comeAndGo((id) =>
          ask({
            as: 'operator',
            name: 'POST /v1/admin/accounts/{id}:delete',
            id,
            body: { reason: 'they left' },
          }),
        ),
    ],
    'POST /v1/admin/deadLetters/{id}:replay': [0.5, async () => replay(oneOf(random, letters()))],
    'POST /v1/admin/orphans/{id}:delete': [
      0.5,
      ofOperator('POST /v1/admin/orphans/{id}:delete', () => ({
        id: oneOf(random, [...world.orphans]) ?? 'none',
        body: { reason: 'now' },
      })),
    ],
  } satisfies Record<Exclude<EndpointName, `GET ${string}`>, Deed>;

  /** They change nothing; together they are one deed. */
  const reads = (Object.keys(POLICY) as EndpointName[]).filter((name) => name.startsWith('GET '));
  async function read(): Promise<void> {
    const name = oneOf(random, reads) as EndpointName;
    const found = anyCluster();
    const as =
      POLICY[name].stranger === 'OPERATOR_ONLY'
        ? 'operator'
        : (oneOf(random, found?.members ?? []) ?? anyUser());
    const query = name.endsWith('/credentials') ? '?kind=kubeconfig' : '';
    const id = name.includes('/pools/') ? 'default' : found?.id;
    await ask({ as, name, id, query });
  }

  const mishaps = accidents(world, findings);
  const deeds: Deed[] = [
    ...Object.values(writes),
    [1, rush],
    [1, giveUpInRush],
    [3, fickle],
    [1, hold],
    [2, read],
    ...mishaps.deeds,
  ];
  const total = deeds.reduce((sum, [weight]) => sum + weight, 0);
  function deed(): Deed[1] {
    let draw = random.fraction() * total;
    for (const [weight, act] of deeds) {
      draw -= weight;
      if (draw < 0) return act;
    }
    return create;
  }

  const ofThis =
    (name: EndpointName) =>
    async ({ id, owner = 'operator' }: Cluster): Promise<void> =>
      void (await ask({ as: owner as User, name, id }));
  const askers: Askers = {
    delete: ofThis('DELETE /v1/clusters/{id}'),
    retry: ofThis('POST /v1/clusters/{id}:retry'),
    async share({ id, owner, members }) {
      const guest = oneOf(
        random,
        USERS.filter((uid) => uid !== owner),
      );
      if (owner === undefined || guest === undefined) return;
      const request = { as: owner as User, id, email: emailOf(guest) };
      if (members[guest] !== undefined)
        await ask({ ...request, name: 'DELETE /v1/clusters/{id}/members/{email}' });
      else {
        await ask({ ...request, name: 'PUT /v1/clusters/{id}/members/{email}', body: { role: 'editor' } });
        await come(guest);
      }
    },
    extend: async ({ id, owner = 'operator' }) =>
      void (await ask({ as: owner as User, name: EXTEND, id, body: longer() })),
    async claim({ spec: { product, region } }) {
      const body = { name: 'mine', product, region };
      await ask({ as: anyUser(), name: 'POST /v1/clusters', body, key: `key-${++keys}` });
    },
    repair: mishaps.damage,
  };

  return {
    ask,
    /** From now on people also come at the worst moment. */
    layAmbushes: () => layAmbushes(world, findings, askers),
    /** The pool, and then so many deeds spread over so long. */
    schedule(count: number, overMs: number): void {
      const fromMs = clock.now();
      for (let left = count; left > 0; left--) {
        clock.schedule(fromMs + random.fraction() * overMs, () => void deed()());
      }
    },
    /** An operator sends everything once more that was given up. */
    async replayAll(): Promise<void> {
      for (const id of letters()) await replay(id);
    },
    makePool: (wanted: number, product?: string): Promise<void> =>
      putPool({ wanted, ...(product !== undefined && { product }) }),
  };
}

export const emailOf = (uid: string): string => `${uid}@example.com`;
