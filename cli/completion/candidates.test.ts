/** What Tab offers, at a Hub that has some clusters. Shells themselves are in test/cli/completion.test.ts. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { availability, role } from '../../shared/documents/cluster.ts';
import { STATES } from '../../shared/lifecycle/table.ts';
import { seconds } from '../../shared/units.ts';
import type { Io } from '../io.ts';
import { createProgram } from '../program.ts';

const clusterOf = (id: string, name: string) => ({ id, name, label: 'Ready' });
const CLUSTERS = [
  clusterOf('aaaaaaaaaaaaaaaa', 'alpha'),
  clusterOf('bbbbbbbbbbbbbbbb', 'beta'),
  clusterOf('cccccccccccccccc', 'twin'),
  clusterOf('dddddddddddddddd', 'twin'),
];
const CATALOG = {
  products: [{ id: 'pachyderm', label: 'Pachyderm', versions: [{ version: '2.12.0' }] }],
  sizes: [{ id: 'small', label: 'Small' }],
  regions: [{ id: 'europe-west1', label: 'Belgium' }],
};

type Answers = (path: string, answer: ServerResponse) => void;
const usual: Answers = (path, answer) =>
  void answer.end(
    JSON.stringify(
      path === '/v1/catalog'
        ? CATALOG
        : { clusters: path.includes('state=') ? [clusterOf('eeeeeeeeeeeeeeee', 'gone')] : CLUSTERS },
    ),
  );

async function aHub(answers = usual, env: Io['env'] = { HUB_TOKEN: 'e30.e30.x' }) {
  const asked: string[] = [];
  const server = createServer(({ url = '' }, answer) => {
    asked.push(url);
    answers(url, answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const said = { out: '', err: '' };
  const io = {
    env: { HOME: '/nowhere', HUB_URL: url, ...env },
    out: { write: (text: string) => (said.out += text) },
    err: { write: (text: string) => (said.err += text) },
    self: ['/a folder/node', "/it's/hub.mjs"],
  } as unknown as Io;
  /** @returns the lines, without what stands behind the tabs */
  const tab = async (...words: string[]): Promise<string[]> => {
    Object.assign(said, { out: '', err: '' });
    await createProgram(io).parseAsync(['__complete', '--', ...words], { from: 'user' });
    expect(said.err).toBe('');
    return said.out
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t')[0] ?? '');
  };
  return { tab, io, said, asked, url };
}

describe('without asking anybody, Tab offers', () => {
  test.each([
    ['commands that begin so', ['cl'], ['cleanup']],
    ['commands below one', ['quota', ''], ['show', 'request', 'withdraw', 'help']],
    ['of help, what it can be of', ['help', 'cl'], ['cleanup']],
    ['options that begin so', ['delete', 'x', '--y'], ['--yes']],
    ['no option twice', ['list', '--all', '--al'], []],
    ['the options of the program', ['--v'], ['--version']],
    ['what an option may be', ['share', 'x', 'y@example.com', '--role', ''], role.options],
    ['the same in one word', ['create', '--availability=z'], ['--availability=zonal']],
    ['what an option of two commands is here', ['create', 'x', '--availability', ''], availability.options],
    ['states', ['watch', 'x', '--until', 'dep'], ['deprovisioning']],
    ['all of them', ['ls', '--state', ''], STATES],
    ['shells', ['completion', ''], ['bash', 'zsh', 'fish']],
    ['files', ['kubeconfig', 'x', '--file', ''], [':files']],
    ['files, in one word', ['kubeconfig', 'x', '--file=a'], [':files']],
    ['nothing for a name that is yet to be given', ['create', ''], []],
    ['nothing behind the last argument', ['show', 'x', ''], []],
    ['no option behind two dashes', ['create', '--', '--j'], []],
    ['nothing that is hidden', ['__'], []],
    ['nothing for what there is not', ['invent', ''], []],
  ])('%s', async (_, words, offered) => {
    const hub = await aHub();
    expect(await hub.tab(...words)).toEqual(offered[0] === ':files' ? offered : [...offered, ':']);
    expect(hub.asked).toEqual([]);
  });
});

describe('of a Hub that one is signed in to, Tab offers', () => {
  test.each([
    [
      'clusters by name, or by id where two have the name',
      ['show', ''],
      ['alpha', 'beta', 'cccccccccccccccc', 'dddddddddddddddd'],
    ],
    ['those that begin so', ['extend', 'al'], ['alpha']],
    ['ids, where no name begins so', ['show', 'bb'], ['bbbbbbbbbbbbbbbb']],
    ['them behind options and their values', ['delete', '--yes', '--timeout', '5m', 'b'], ['beta']],
    ['those that are deleted, where it is about these', ['cleanup', ''], ['gone']],
    ['sizes', ['create', 'x', '--size', ''], ['small']],
    ['versions', ['quote', '--version', '2'], ['2.12.0']],
    ['regions, in one word', ['quote', '--region=eu'], ['--region=europe-west1']],
  ])('%s', async (_, words, offered) => {
    expect(await (await aHub()).tab(...words)).toEqual([...offered, ':']);
  });

  test('those of the Hub that the line names', async () => {
    const [other, hub] = [await aHub(), await aHub()];
    expect(await other.tab('show', '--hub', hub.url, 'al')).toEqual(['alpha', ':']);
    expect(other.asked).toEqual([]);
    expect(hub.asked).toHaveLength(1);
  });
});

describe('nothing is offered, and nothing said', () => {
  const nobody = { HUB_TOKEN: '' };
  test.each<[string, Answers, Io['env'] | undefined]>([
    ['where nobody is signed in', usual, nobody],
    ['where the Hub refuses', (_, answer) => void answer.writeHead(403).end('{}'), undefined],
    ['where it is no Hub', (_, answer) => void answer.end('<html>'), undefined],
    ['where it hangs up', (_, answer) => void answer.destroy(), undefined],
  ])('%s', async (_, answers, env) => {
    expect(await (await aHub(answers, env)).tab('show', '')).toEqual([':']);
  });

  test('where it has not answered within a second', async () => {
    const hub = await aHub(() => undefined);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const offered = hub.tab('show', '');
    await vi.waitFor(() => expect(hub.asked).toHaveLength(1));
    vi.advanceTimersByTime(seconds(1));
    expect(await offered).toEqual([':']);
  });

  test('of names that would mean something to a shell', async () => {
    const names = ['$(reboot)', '-rf', 'a b', 'a;b', '`x`', 'fine'].map((name, at) =>
      clusterOf(`id${at}`, name),
    );
    const hub = await aHub((_, answer) => void answer.end(JSON.stringify({ clusters: names })));
    expect(await hub.tab('show', '')).toEqual(['fine', ':']);
  });
});

test('a line break in what a Hub says does not look like another candidate', async () => {
  const broken = [{ ...clusterOf('aaaaaaaaaaaaaaaa', 'alpha'), label: 'a\nevil\t\u001b[2J' }];
  const hub = await aHub((_, answer) => void answer.end(JSON.stringify({ clusters: broken })));
  expect(await hub.tab('show', '')).toEqual(['alpha', ':']);
  expect(hub.said.out).not.toContain('\u001b');
});

test('a script calls the command by its path, whatever is in that', async () => {
  const { io, said } = await aHub();
  const scriptOf = async (shell: string) => {
    said.out = '';
    await createProgram(io).parseAsync(['completion', shell], { from: 'user' });
    return said.out;
  };
  for (const shell of ['bash', 'zsh'])
    expect(await scriptOf(shell)).toContain(`'/a folder/node' '/it'\\''s/hub.mjs' __complete -- `);
  expect(await scriptOf('fish')).toContain(`'/a folder/node' '/it\\'s/hub.mjs' __complete -- `);
});
