/** What Hub takes from outside that is no request: messages, names, answers of clusters, its own configuration; and what it hands out. */
import type { lookup } from 'node:dns';
import { createApi } from '../../../functions/api/app.ts';
import { CREDENTIALS_ENDPOINTS } from '../../../functions/api/credentials.ts';
import { POLICY } from '../../../functions/api/policy.ts';
import { ConfigError, parseConfig } from '../../../functions/config.ts';
import { outsideWorld } from '../../../functions/google/outside.ts';
import { publicLookup } from '../../../functions/google/public-address.ts';
import { MAX_BODY_BYTES } from '../../../functions/http/body.ts';
import { MANIFEST } from '../../../functions/manifest.ts';
import type { Problem } from '../../../shared/api/problem.ts';
import { deadLetterPath } from '../../../shared/documents/dead-letter.ts';
import { stepMessage, TOPICS } from '../../../shared/messages.ts';
import { hours, minutes } from '../../../shared/units.ts';
import { apiUnderTest } from '../../api.ts';
import { aCluster, aDeadLetter, clusterIdOf, writeOf, writeOfLetter } from '../../builders.ts';
import { runHub } from '../../running-hub.ts';
import { findings } from './findings.ts';
import { site } from './source.ts';

/** 11: whatever a message says, its function looks only for which cluster and epoch it names, and drops what does not fit. */
export async function messages(): Promise<string[]> {
  const wrong = findings();
  const good = { schema: 1, id: clusterIdOf(1), epoch: 3 };
  if (!stepMessage.safeParse(good).success) wrong.push('a good message is refused');
  const odd: unknown[] = [
    ...[null, 1, 'x', [], {}, { ...good, state: 'deleted' }, { ...good, id: '../x' }, { ...good, epoch: -1 }],
    ...[
      { ...good, epoch: 1.5 },
      { ...good, epoch: '3' },
      { ...good, schema: 2 },
      { id: good.id, epoch: 3 },
    ],
    { ...good, id: clusterIdOf(1).toUpperCase() },
  ];
  for (const body of odd)
    if (stepMessage.safeParse(body).success) wrong.push(`a step takes ${JSON.stringify(body)}`);
  const written: string[] = [];
  const hub = runHub({
    inside: 'sketch',
    observer: {
      onCommit: (writes) => written.push(...writes.map(({ path }) => path)),
      onObject: () => undefined,
    },
  });
  await hub.run(hub.documents.commit([writeOf(aCluster({ owner: 'ada', state: 'failed', epoch: 7 }))]));
  written.length = 0;
  const bodies = [
    ...odd.filter((body): body is object => typeof body === 'object' && body !== null),
    good,
    { ...good, epoch: 8 },
  ];
  for (const { trigger } of MANIFEST) {
    if (trigger.kind !== 'topic' || trigger.topic === TOPICS.deadLetter) continue;
    for (const body of [
      ...bodies,
      { schema: 1, cluster: good.id },
      { schema: 1, pool: '../x' },
      { schema: 1, id: clusterIdOf(9) },
    ])
      await hub.run(hub.ports.messages.publish(trigger.topic, body).catch(() => undefined));
  }
  await hub.clock.runFor(hours(2));
  const touched = written.filter((path) => !/^(deadLetters|status|durations|cells|breakers)\//.test(path));
  for (const path of new Set(touched)) wrong.push(`a message that means nothing has written ${path}`);
  return wrong;
}

/** 19: Hub goes only where everybody could, whatever a cluster says of its own address; and to no address that somebody gives. */
export async function ssrf(): Promise<string[]> {
  const wrong = findings();
  const resolver = (answers: string[]): typeof lookup =>
    ((_name: string, _options: object, callback: (error: null, found: object[]) => void) =>
      callback(
        null,
        answers.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      )) as never;
  const goesTo = (answers: string[], all = true) =>
    new Promise<boolean>((resolve) => {
      publicLookup(resolver(answers))('abc.clusters.example.com', { all }, (error) =>
        resolve(error === null),
      );
    });
  const inside = [
    ...[
      '169.254.169.254',
      '127.0.0.1',
      '10.1.2.3',
      '172.16.0.2',
      '192.168.1.1',
      '100.64.0.1',
      '0.0.0.0',
      '240.0.0.1',
    ],
    ...[
      '::1',
      '::',
      '::ffff:169.254.169.254',
      '::ffff:a9fe:a9fe',
      '64:ff9b::a9fe:a9fe',
      'fd20:ce::254',
      'fe80::1',
      '2002:a9fe:a9fe::',
    ],
  ];
  for (const address of inside) {
    if (await goesTo([address])) wrong.push(`it goes to ${address}`);
    if (await goesTo([address], false)) wrong.push(`it goes to ${address}, asked for one`);
    if (await goesTo(['203.0.113.7', address])) wrong.push(`it goes to ${address} in company`);
  }
  for (const address of ['34.1.2.3', '2600:1900::1'])
    if (!(await goesTo([address]))) wrong.push(`it does not go to ${address}`);
  // The one who connects asks, so that no second answer comes in between.
  if ((await outsideWorld('abc.clusters.example.com')).lookup === undefined)
    wrong.push('the name is looked up by somebody else');
  for (const host of ['169.254.169.254', '127.0.0.1:80']) {
    const taken = await outsideWorld(host).then(
      () => true,
      () => false,
    );
    if (taken) wrong.push(`${host} is taken for a name`);
  }
  const { body } = await apiUnderTest().send<object>('GET', '/v1/openapi.json');
  const schemas = Object.entries(
    (body as { components: { schemas: Record<string, { additionalProperties?: boolean }> } }).components
      .schemas,
  );
  for (const [name, schema] of schemas)
    if (
      schema.additionalProperties === false &&
      /"format":"(uri|url)"|callback|webhook/i.test(JSON.stringify(schema))
    )
      wrong.push(`${name} takes an address`);
  return wrong;
}

/** 26: a member’s way in is a token of less than an hour that opens one cluster as themself, and nothing else is in it. */
export async function credentials(): Promise<string[]> {
  const wrong = findings();
  const hub = runHub({ inside: 'sketch' });
  const id = await hub.created({ product: 'hello', version: '1.1.0', owner: 'ada' });
  const api = createApi(hub.ports, CREDENTIALS_ENDPOINTS);
  const ask = async (uid: string) => {
    const token = hub.tokens.issue({
      uid,
      email: `${uid}@example.com`,
      emailVerified: true,
      operator: uid === 'operator',
    });
    const made = api.request(`/v1/clusters/${id}/credentials?kind=kubeconfig`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const answer = await hub.run(Promise.resolve(made));
    return { status: answer.status, text: await answer.text(), cache: answer.headers.get('cache-control') };
  };
  const { status, text, cache } = await ask('ada');
  if (status !== 200) wrong.push(`the owner is answered ${status}`);
  if (cache !== 'no-store') wrong.push('it may be kept');
  if (/client-certificate|client-key|\bexec\b|password|insecure-skip/.test(text))
    wrong.push('it holds more than a token');
  const token = /token: "([^"]+)"/.exec(text)?.[1] ?? '';
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? 'e30', 'base64url').toString()) as {
    exp?: number;
    sub?: string;
  };
  const leftMs = (claims.exp ?? Number.POSITIVE_INFINITY) * 1000 - hub.clock.now();
  if (leftMs > minutes(60)) wrong.push(`it is good for ${leftMs} ms`);
  if (!/^system:serviceaccount:hub-members:member-[\da-f]{20}$/.test(claims.sub ?? ''))
    wrong.push(`it is ${claims.sub}’s`);
  for (const who of ['grace', 'operator'])
    if ((await ask(who)).status !== 404) wrong.push(`${who} gets credentials`);
  return wrong;
}

const PRODUCTION = {
  GOOGLE_CLOUD_PROJECT: 'a-project',
  HUB_PROJECT_NUMBER: '123456789012',
  HUB_PAGE_TOKEN_KEY: 'k'.repeat(32),
  HUB_NODE_SERVICE_ACCOUNT: 'nodes@a-project.iam.gserviceaccount.com',
  HUB_NETWORK: 'hub-leaves',
  HUB_CHART_SOURCE: 'oci://europe-docker.pkg.dev/a-project/charts',
  HUB_HELM_IMAGE: `mirror/helm@sha256:${'0'.repeat(64)}`,
  HUB_CALL_HOME_IMAGE: `mirror/google-cloud-cli@sha256:${'0'.repeat(64)}`,
  HUB_ZONE: 'clusters.example.com',
  HUB_DNS_ZONE: 'hub-clusters',
  HUB_CREDENTIALS_ACCOUNT: 'credentials@a-project.iam.gserviceaccount.com',
  HUB_OIDC_ISSUER: 'https://hub.example.com/oidc',
};

/** 43, 41: there is no address but those of the table, no function but those of the manifest, and no way to a stand-in in production. */
export async function inventory(): Promise<string[]> {
  const wrong = findings();
  const isTaken = (more: Record<string, string>): boolean => {
    try {
      parseConfig({ ...PRODUCTION, ...more });
      return true;
    } catch (error) {
      if (error instanceof ConfigError) return false;
      throw error;
    }
  };
  if (!isTaken({})) wrong.push('production is refused');
  for (const name of [
    'FIREBASE_AUTH_EMULATOR_HOST',
    'FIRESTORE_EMULATOR_HOST',
    'PUBSUB_EMULATOR_HOST',
    'HUB_LOCAL_CLOUD',
  ])
    if (isTaken({ [name]: '127.0.0.1:1' })) wrong.push(`production takes ${name}`);
  if (isTaken({ HUB_CLOUD_SPEED: '60' })) wrong.push('production runs fast');
  if (isTaken({ HUB_HELM_IMAGE: 'mirror/helm:4' })) wrong.push('production takes an image by its tag');
  if (isTaken({ HUB_OIDC_ISSUER: 'http://hub.example.com/oidc' })) wrong.push('production does without TLS');
  const functions = MANIFEST.map(({ name }) => name);
  for (const { function: to } of site().hosting.rewrites)
    if (to && !functions.includes(to.functionId))
      wrong.push(`Hosting leads to ${to.functionId}, which is no function`);
  const reached = new Set(site().hosting.rewrites.map(({ function: to }) => to?.functionId));
  for (const { name, trigger } of MANIFEST)
    if ((trigger.kind === 'http') !== reached.has(name))
      wrong.push(
        reached.has(name)
          ? `Hosting leads to ${name}, which is called by nobody outside`
          : `${name} is called by everybody, and Hosting does not lead to it`,
      );
  const api = apiUnderTest();
  const probes = [
    '/',
    '/debug',
    '/v1/debug',
    '/v1/admin',
    '/metrics',
    '/v1/metrics',
    '/.env',
    '/healthz',
    '/v1/__proto__',
    '/_ah/start',
    '/v1/internal',
    '/admin',
  ];
  for (const path of probes) {
    const { status } = await api.send('GET', path, api.as('operator', { operator: true }));
    if (status !== 404) wrong.push(`${path} answers ${status}`);
  }
  for (const name of Object.keys(POLICY))
    if (!/^(GET|PUT|POST|DELETE) \/v1\//.test(name)) wrong.push(`${name} is elsewhere`);
  return wrong;
}

/** 45: a dead letter is sent once more by an operator, with a reason, and just as it was. */
export async function replays(): Promise<string[]> {
  const wrong = findings();
  const api = apiUnderTest();
  const letter = aDeadLetter();
  await api.documents.commit([writeOfLetter(letter)]);
  const replay = (token: string, body: object) =>
    api.send('POST', `/v1/admin/deadLetters/${letter.id}:replay`, token, { body });
  const operator = api.as('operator', { operator: true });
  if ((await replay(api.as('ada'), { reason: 'Mine.' })).status !== 403) wrong.push('anybody may replay');
  for (const body of [
    {},
    { reason: '' },
    { reason: ' ' },
    { reason: 'So.', body: '{}' },
    { reason: 'So.', topic: 'step-admit' },
    { reason: 7 },
  ])
    if ((await replay(operator, body)).status !== 400) wrong.push(`it takes ${JSON.stringify(body)}`);
  await api.clock.runFor(1000);
  if (api.sent.length > 0) wrong.push('something was sent');
  if ((await replay(operator, { reason: 'It was an outage.' })).status !== 200)
    wrong.push('an operator may not replay');
  await api.clock.runFor(1000);
  if (
    JSON.stringify(api.sent) !==
    JSON.stringify([{ topic: letter.topic, body: JSON.parse(letter.body) as object }])
  )
    wrong.push(`${JSON.stringify(api.sent)} was sent`);
  const kept = (await api.documents.get(deadLetterPath(letter.id)))?.data;
  if (kept?.body !== letter.body || !JSON.stringify(kept.replays).includes('It was an outage.'))
    wrong.push('it is not kept as it was, with the reason');
  return wrong;
}

/** 18: what is too long, too deep, not what it says, or means something to JavaScript is refused before anybody looks at it. */
export async function input(): Promise<string[]> {
  const wrong = findings();
  const api = apiUnderTest();
  const token = api.as('ada');
  const send = async (body: string, headers: Record<string, string> = {}) =>
    await api.send<Problem>('POST', '/v1/clusters', token, { body, headers });
  const name = (text: string) => JSON.stringify({ name: text });
  const bad: Record<string, [string, number, Record<string, string>?]> = {
    'a body of more than 32 KB': [`{"name":"mine"${' '.repeat(MAX_BODY_BYTES)}}`, 413],
    'a body that is deep': [`{"name":${'['.repeat(40)}${']'.repeat(40)}}`, 400],
    'a key that every object has': ['{"name":"mine","__proto__":{"operator":true}}', 400],
    'such a key in disguise': ['{"name":"mine","\\u005f_proto__":{}}', 400],
    'a constructor': ['{"name":"mine","constructor":{"prototype":{}}}', 400],
    'a key twice': ['{"name":"mine","name":"other"}', 400],
    'text that is not UTF-8': [
      '{"name":"mine"}',
      415,
      { 'content-type': 'application/json; charset=utf-16' },
    ],
    'a form': ['name=mine', 415, { 'content-type': 'application/x-www-form-urlencoded' }],
    'a compressed body': ['{"name":"mine"}', 415, { 'content-encoding': 'gzip' }],
    'a name with an upper case letter': [name('Mine'), 400],
    'a name that is a path': [name('../mine'), 400],
    'a name of 64 letters': [name('a'.repeat(64)), 400],
    'a name that ends in a hyphen': [name('mine-'), 400],
    'a name in another script': [name('mіne'), 400],
    'a region there is not': ['{"name":"mine","region":"mars-east1"}', 422],
    'a size there is not': ['{"name":"mine","size":"huge"}', 422],
    'a region that every object has': ['{"name":"mine","region":"constructor"}', 422],
  };
  for (const [what, [body, status, headers]] of Object.entries(bad)) {
    const answer = await send(body, headers);
    if (answer.status !== status) wrong.push(`${what} is answered ${answer.status}`);
    // Before any schema has looked at it.
    if (/__proto__|u005f|constructor":/.test(body) && answer.body.code !== 'INVALID_BODY')
      wrong.push(`${what} is looked at`);
  }
  if ((await send(name('mine'))).status !== 202) wrong.push('what is right is refused');
  return wrong;
}
