/** What a browser sees of a running Hub: its own clusters and their timelines, straight from Firestore, under the deployed rules. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { silentLog } from '../../functions/log.ts';
import { Unusable } from '../../local/command.ts';
import { PROJECT, startHub } from '../../local/hub.ts';
import { aHub, type Driver, signIn } from './hub.ts';

const DEPLOYED = fileURLToPath(new URL('../../firestore.rules', import.meta.url));

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});
const aRulesFile = (text: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-rules-'));
  folders.push(folder);
  const file = join(folder, 'firestore.rules');
  writeFileSync(file, text);
  return file;
};

describe('a running Hub', () => {
  let driver: Driver;
  let rulesFile: string;
  beforeAll(async () => {
    rulesFile = aRulesFile(readFileSync(DEPLOYED, 'utf8'));
    driver = await aHub({ rulesFile });
  });
  afterAll(() => driver.close());

  const documents = (path: string, token?: string, body?: object): Promise<Response> =>
    fetch(
      `http://${driver.hub.addresses.firestoreWeb}/v1/projects/${PROJECT}/databases/(default)/documents${path}`,
      {
        method: body ? 'POST' : 'GET',
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
        ...(body && { body: JSON.stringify(body) }),
      },
    );
  const tokenOf = (email: string): Promise<string> => signIn(driver.hub.addresses.auth ?? '', email);
  const readBy = (collectionId: string, uid: string) => ({
    structuredQuery: {
      from: [{ collectionId }],
      where: {
        fieldFilter: { field: { fieldPath: 'readers' }, op: 'ARRAY_CONTAINS', value: { stringValue: uid } },
      },
    },
  });

  const ALL_EVENTS = { structuredQuery: { from: [{ collectionId: 'events' }] } };

  test('shows a cluster and its timeline to its owner, straight from Firestore, and to nobody else', async () => {
    const ada = await driver.person('ada@example.com');
    const { body: cluster } = await ada('POST', '/v1/clusters', { name: 'mine' });
    const [owner, stranger] = await Promise.all([tokenOf('ada@example.com'), tokenOf('grace@example.com')]);

    expect((await documents(`/clusters/${cluster.id}`, owner)).status).toBe(200);
    const found = (await (await documents(':runQuery', owner, readBy('clusters', 'ada'))).json()) as {
      document: { name: string };
    }[];
    expect(found.map(({ document }) => document.name.split('/').at(-1))).toEqual([cluster.id]);
    const timeline = await documents(`/clusters/${cluster.id}:runQuery`, owner, ALL_EVENTS);
    expect(((await timeline.json()) as unknown[]).length).toBeGreaterThan(0);

    const refused = [
      documents(`/clusters/${cluster.id}`, stranger),
      documents(`/clusters/${cluster.id}`),
      documents(':runQuery', stranger, readBy('clusters', 'ada')),
      documents(':runQuery', owner, { structuredQuery: { from: [{ collectionId: 'clusters' }] } }),
      documents(`/clusters/${cluster.id}:runQuery`, stranger, ALL_EVENTS),
      documents(`/ledgers/${cluster.id}`, owner),
      documents('/clusters?documentId=forged', owner, { fields: {} }),
    ];
    expect((await Promise.all(refused)).map(({ status }) => status)).toEqual(refused.map(() => 403));
  });

  test('knows a forged token, whatever it says of itself', async () => {
    const [header = '', payload = '', signature = ''] = (await tokenOf('ada@example.com')).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const raised = Buffer.from(JSON.stringify({ ...claims, operator: true })).toString('base64url');
    const unsigned = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
    for (const token of [`${header}.${raised}.${signature}`, `${unsigned}.${raised}.`, 'nonsense']) {
      expect((await documents('/pools/default', token)).status).toBe(401);
    }
    expect((await documents('/pools/default', await tokenOf('operator@example.com'))).status).toBe(200);
  });

  test('a page of any site may call it, but only Hub’s own servers are let past the rules', async () => {
    const pools = `http://${driver.hub.addresses.firestoreWeb}/v1/projects/${PROJECT}/databases/(default)/documents/pools/default`;
    const authorization = 'Bearer owner';
    expect((await fetch(pools, { headers: { authorization } })).status).toBe(200);
    const origin = 'https://example.com';
    expect((await fetch(pools, { headers: { authorization, origin } })).status).toBe(401);
  });

  test('takes new rules when the file changes, and keeps the old ones while it cannot be read', async () => {
    const statusOf = async () => (await documents('/pools/default')).status;
    expect(await statusOf()).toBe(403);
    const open = "rules_version = '2'; service cloud.firestore { match /{document=**} { allow read; } }";
    writeFileSync(rulesFile, open);
    await vi.waitFor(async () => expect(await statusOf()).toBe(200), { timeout: 20_000 });
    writeFileSync(rulesFile, 'service cloud.firestore {');
    writeFileSync(rulesFile, open.replace('allow read;', ''));
    await vi.waitFor(async () => expect(await statusOf()).toBe(403), { timeout: 20_000 });
  });
});

test('rules that are no rules stop the start, with file, line and column', async () => {
  const rulesFile = aRulesFile(
    "rules_version = '2';\nservice cloud.firestore {\n  match /a/{b} {\n    allow reed: if true;\n  }\n}\n",
  );
  const starting = startHub({ port: 0, speed: 60, faults: {}, seed: 1, rulesFile }, silentLog);
  const error = await starting.then(
    async (hub) => hub.close(),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Unusable);
  expect((error as Error).message).toMatch(/firestore\.rules:4:11: /);
});
