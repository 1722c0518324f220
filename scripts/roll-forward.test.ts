/** The command as operators run it, on the embedded cloud's database and a server that answers in Google's place. */
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { openFirestore } from '../local/firestore/testing.ts';
import { accountPath } from '../shared/documents/account.ts';
import { clusterPath } from '../shared/documents/cluster.ts';
import { aCluster, clusterIdOf } from '../test/builders.ts';

const COMMAND = fileURLToPath(new URL('roll-forward.ts', import.meta.url));
const id = clusterIdOf(1);
const SINCE = '2026-11-01T10:00:00Z';
const LOG = 'projects/demo/locations/europe-west1/buckets/hub-audit/views/_AllLogs';

/** As Cloud Logging keeps what a function wrote. */
const line = (n: number, fields: object) => ({
  insertId: `line${n}`,
  timestamp: `2026-11-01T10:0${n}:00.000001Z`,
  severity: 'INFO',
  jsonPayload: { message: 'audit', function: 'api', actor: 'ada', resource: clusterPath(id), ...fields },
});
const ofCluster = (n: number, fields: object) => line(n, { cluster: id, ...fields });

const LINES = [
  [ofCluster(0, { action: 'share', subject: 'bob', reason: 'no member → editor' })],
  [
    ofCluster(1, { action: 'share', subject: 'cyd', reason: 'no member → viewer' }),
    line(2, { action: 'denied', resource: 'DELETE /v1/clusters/{id}', code: 'OWNER_ONLY' }),
    line(3, { action: 'suspend', resource: accountPath('eve'), subject: 'eve', reason: 'mining' }),
  ],
];

interface Asked {
  path: string;
  body: Record<string, unknown>;
}

async function aProject(pages: readonly (readonly object[])[] = LINES, status = 200) {
  const opened = await openFirestore();
  onTestFinished(() => opened.close());
  const { id: _, ...data } = aCluster({ id, owner: 'ada' });
  await opened.db.doc(clusterPath(id)).set(data);
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    const body = (await json(request)) as Record<string, unknown>;
    asked.push({ path, body });
    const page = Number(body.pageToken ?? 0);
    const isLog = path === '/logging.googleapis.com/v2/entries:list';
    const [uid = ''] = (body.localId ?? []) as string[];
    const people =
      uid === 'cyd' ? {} : { users: [{ localId: uid, email: `${uid}@x.org`, emailVerified: true }] };
    const more = pages[page + 1] && { nextPageToken: String(page + 1) };
    response.writeHead(isLog ? status : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isLog ? { entries: pages[page], ...more } : people));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  const google = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const run = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
    new Promise((resolve) => {
      const places = ['--endpoint', `127.0.0.1:${opened.port}`, '--google', google];
      const given = [COMMAND, '--project', 'demo', '--region', 'europe-west1', ...places, ...args];
      const child = execFile(process.execPath, given, (_, out, err) =>
        resolve({ code: child.exitCode ?? -1, out, err }),
      );
    });
  const read = async (path: string) => (await opened.db.doc(path).get()).data();
  return { run, read, asked };
}

test('says what is not as the log has it, and writes it only when told to', async () => {
  const { run, read, asked } = await aProject();
  const told = await run('--since', SINCE);
  expect(told).toEqual({
    code: 1,
    err: '',
    out: [
      '3 lines of the audit log.',
      `clusters/${id}: bob is editor`,
      `clusters/${id}: for people: cyd was made viewer of it, and has no verified address any more`,
      'accounts/eve: ada: suspended (mining)',
      'Nothing was written: --write yes',
      '1 for people to mend.',
      '',
    ].join('\n'),
  });
  expect(await read(clusterPath(id))).toMatchObject({ members: { ada: 'owner' }, epoch: 3 });
  expect(asked[0]).toMatchObject({
    body: {
      resourceNames: [LOG],
      filter: `jsonPayload.message="audit" AND timestamp>="${SINCE}"`,
      orderBy: 'timestamp asc',
    },
  });

  const { code, out } = await run('--since', SINCE, '--write', 'yes');
  expect({ code, out }).toMatchObject({
    code: 1,
    out: expect.stringContaining('2 were not as the log has it, and are now.\n1 for people to mend.\n'),
  });
  expect(await read(clusterPath(id))).toMatchObject({
    state: 'sharing',
    members: { ada: 'owner', bob: 'editor' },
    emails: { bob: 'bob@x.org' },
    epoch: 4,
  });
  expect(await read(accountPath('eve'))).toMatchObject({
    standing: { state: 'suspended', reason: 'mining' },
  });
});

test('where nothing happened all agrees', async () => {
  const { run } = await aProject([[]]);
  expect(await run('--since', SINCE)).toEqual({
    code: 0,
    out: '0 lines of the audit log.\nAll agrees.\n',
    err: '',
  });
});

test('a line that it does not understand is named, and never passed over', async () => {
  const { run } = await aProject([[line(1, { action: 'share', cluster: 'no id' })]]);
  expect(await run('--since', SINCE, '--write', 'yes')).toEqual({
    code: 1,
    out: '0 lines of the audit log.\nline line1: not understood, look at it\n1 for people to mend.\n',
    err: '',
  });
});

test('a log that does not let it read is told', async () => {
  const { run } = await aProject(LINES, 403);
  expect(await run('--since', SINCE)).toEqual({
    code: 2,
    out: '',
    err: 'The audit log cannot be read: 403\n',
  });
});

test('a moment that is none is refused, before anybody is asked', async () => {
  const { run, asked } = await aProject();
  const { code, err } = await run('--since', 'yesterday');
  expect({ code, err }).toEqual({
    code: 2,
    err: '--since: "yesterday" is no moment; it needs one as 2026-11-01T10:00:00Z\n',
  });
  expect(asked).toEqual([]);
});
