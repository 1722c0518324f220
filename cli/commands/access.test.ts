/** Ways into a cluster, at a Hub that has one cluster and hands out a token for it. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { expect, onTestFinished, test } from 'vitest';
import { asYaml, type Kubeconfig } from '../access/kubeconfig.ts';
import { exitCodeOf, inWords } from '../failure.ts';
import type { Io } from '../io.ts';
import { createProgram } from '../program.ts';

const ID = 'abcdefghijklmnop';

test('of pachctl’s own file only what is ours is replaced, and it is never written anew where it has more', async () => {
  const { say, home } = await aHub('mine');
  const file = join(home, 'pachctl.json');
  const read = () => JSON.parse(readFileSync(file, 'utf8'));
  for (const text of ['', JSON.stringify(pachctlOf('mine')), 'words', '{"v2": null}']) {
    writeFileSync(file, text);
    expect(await say('pachctl', 'mine', '--file', file), text).toMatchObject({ code: 0 });
    expect(read()).toEqual(pachctlOf('mine'));
  }
  const theirs = pachctlOf('theirs');
  const others = JSON.stringify({
    user_id: 'ada',
    v2: { ...theirs.v2, metrics: true, max_shell_completions: 64 },
  });
  writeFileSync(file, others);
  expect(await say('pachctl', 'mine', '--file', file)).toMatchObject({
    code: 1,
    err: expect.stringContaining(`hub pachctl mine --file ${file} --merge`),
  });
  expect(readFileSync(file, 'utf8')).toBe(others);
  for (let round = 0; round < 2; round++)
    expect(await say('pachctl', 'mine', '--file', file, '--merge')).toMatchObject({
      code: 0,
      err: `${file} has the context mine, which is used by: PACH_CONFIG=${file} pachctl list repo\n`,
    });
  const contexts = { ...theirs.v2.contexts, ...pachctlOf('mine').v2.contexts };
  expect(read()).toEqual({
    user_id: 'ada',
    v2: { active_context: 'mine', contexts, metrics: true, max_shell_completions: 64 },
  });
  writeFileSync(file, 'words');
  expect(await say('pachctl', 'mine', '--file', file, '--merge')).toMatchObject({ code: 1 });
  expect(readFileSync(file, 'utf8')).toBe('words');
  const own = join(home, '.pachyderm', 'config.json');
  expect(await say('pachctl', 'mine', '--merge')).toMatchObject({
    code: 0,
    err: `${own} has the context mine, and pachctl uses it now.\n`,
  });
  expect(JSON.parse(readFileSync(own, 'utf8'))).toEqual(pachctlOf('mine'));
});

const pachctlOf = (name: string) => ({
  v2: {
    active_context: name,
    contexts: { [name]: { source: 'HUB', pachd_address: `grpcs://${name}:443`, session_token: 't' } },
    metrics: false,
  },
});

const kubeconfigOf = (name: string): Kubeconfig => ({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': name,
  clusters: [{ name: `hub-${name}`, cluster: { server: 'https://10.0.0.1' } }],
  users: [{ name: `hub-${name}`, user: { token: 'e30.e30.x' } }],
  contexts: [{ name, context: { cluster: `hub-${name}`, user: `hub-${name}` } }],
});

/** @param name of its one cluster */
async function aHub(name: string) {
  const server = createServer(({ url = '' }, answer) => {
    const { pathname, searchParams } = new URL(url, 'http://hub');
    if (pathname === '/v1/clusters')
      answer.end(JSON.stringify({ clusters: searchParams.has('state') ? [] : [{ id: ID, name }] }));
    else if (!pathname.startsWith(`/v1/clusters/${ID}`))
      answer.writeHead(404).end(JSON.stringify({ code: 'NOT_FOUND', title: 'None.' }));
    else if (searchParams.get('kind') === 'kubeconfig') answer.end(asYaml(kubeconfigOf(name)));
    else if (searchParams.get('kind') === 'pachctl') answer.end(JSON.stringify(pachctlOf(name)));
    else answer.end(JSON.stringify({ id: ID, name }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const HOME = mkdtempSync(join(tmpdir(), 'hub-access-'));
  const HUB_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const said = { out: '', err: '' };
  const io = {
    env: { HOME, HUB_URL, HUB_TOKEN: 'e30.e30.x' },
    out: { write: (text: string) => (said.out += text) },
    err: { write: (text: string) => (said.err += text) },
    self: ['hub'],
  } as unknown as Io;
  const say = async (...args: string[]) => {
    Object.assign(said, { out: '', err: '' });
    const error: unknown = await createProgram(io)
      .parseAsync(args, { from: 'user' })
      .then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
    return error === undefined ? { code: 0, ...said } : { code: exitCodeOf(error), err: inWords(error) };
  };
  return { say, home: HOME };
}

test('a name that looks like an id is a name all the same', async () => {
  const { say } = await aHub('mycustomcluster2');
  for (const command of ['kubeconfig', 'token', 'pachctl'])
    for (const called of ['mycustomcluster2', ID])
      expect(await say(command, called), command).toMatchObject({ code: 0 });
  const { out } = (await say('kubeconfig', 'mycustomcluster2')) as { out: string };
  // kubectl goes on with the id, whatever the cluster is called.
  expect((load(out) as Kubeconfig).users[0]?.user.exec).toMatchObject({
    args: expect.arrayContaining(['token', ID]),
  });
  expect(await say('token', 'zzzzzzzzzzzzzzzz')).toMatchObject({
    code: 1,
    err: expect.stringContaining('There is no cluster "zzzzzzzzzzzzzzzz"'),
  });
});

test('a file with other clusters in it is added to, and never written anew', async () => {
  const { say, home } = await aHub('mine');
  const file = join(home, 'config');
  const clusters = (): string[] =>
    (load(readFileSync(file, 'utf8')) as Kubeconfig).clusters.map(({ name }) => name);
  // There may be none, the same one, or something else.
  for (const text of ['', asYaml(kubeconfigOf('mine')), 'words', 'clusters: 7']) {
    writeFileSync(file, text);
    expect(await say('kubeconfig', 'mine', '--file', file), text).toMatchObject({ code: 0 });
    expect(clusters()).toEqual(['hub-mine']);
  }
  const others = asYaml(kubeconfigOf('of-somebody-else'));
  writeFileSync(file, others);
  expect(await say('kubeconfig', 'mine', '--file', file)).toMatchObject({
    code: 1,
    err: expect.stringContaining(`hub kubeconfig mine --file ${file} --merge`),
  });
  expect(readFileSync(file, 'utf8')).toBe(others);
  expect(await say('kubeconfig', 'mine', '--file', file, '--merge')).toMatchObject({
    code: 0,
    err: `${file} has the context mine, which is used by: kubectl --kubeconfig ${file} get pods\n`,
  });
  expect(clusters()).toEqual(['hub-of-somebody-else', 'hub-mine']);
});
