import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hours, minutes, seconds } from '../../../shared/units.ts';
import { apply, create, remove } from '../api.ts';
import { logOf } from '../containers.ts';
import { KINDS } from '../kinds.ts';
import type { LeafCluster } from '../leaf-cluster.ts';
import type { Fields, Stored } from '../objects.ts';
import { aLeaf, hasCondition, type TestLeaf } from '../testing.ts';
import { parseUpgrade } from './helm-arguments.ts';
import { readRelease, releasesOf, statusOf } from './helm-release.ts';

let here: TestLeaf;
let leaf: LeafCluster;
let jobs = 0;

beforeEach(async () => {
  here = await aLeaf();
  leaf = here.leaf;
  create(leaf, KINDS.Namespace, undefined, { metadata: { name: 'team' } });
  bind('default');
  await here.clock.runFor(0);
});
afterEach(() => expect(here.errors).toEqual([]));

const BINDING = 'installer';

function bind(account: string): void {
  apply(
    leaf,
    KINDS.ClusterRoleBinding,
    undefined,
    BINDING,
    {
      metadata: { name: BINDING },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace: 'default' }],
    },
    { manager: 'test', force: true },
  );
}

const HELLO = ['upgrade', '--install', 'hello', 'oci://mirror/charts/hello', '--namespace', 'team', '--wait'];

/** Starts `helm …` in a Job; `values` are in a Secret mounted at /values. Returns the Job's name. */
function start(args: string[], values?: object): string {
  const name = `run-${++jobs}`;
  if (values) {
    create(leaf, KINDS.Secret, 'default', {
      metadata: { name },
      stringData: { 'values.json': JSON.stringify(values) },
    });
  }
  const mounts = values && { volumeMounts: [{ name: 'values', mountPath: '/values' }] };
  create(leaf, KINDS.Job, 'default', {
    metadata: { name },
    spec: {
      backoffLimit: 0,
      template: {
        spec: {
          restartPolicy: 'Never',
          containers: [{ name: 'helm', image: 'mirror/helm:4.1.4', args, ...mounts }],
          ...(values && { volumes: [{ name: 'values', secret: { secretName: name } }] }),
        },
      },
    },
  });
  return name;
}

const jobOf = (name: string): Stored | undefined => leaf.objects.get(KINDS.Job, 'default', name);
const podOf = (name: string): Stored => {
  const job = jobOf(name);
  const [pod] = job ? leaf.objects.controlledBy(job, KINDS.Pod) : [];
  if (!pod) throw new Error(`${name} has no pod`);
  return pod;
};

async function helm(args: string[], values?: object): Promise<{ ok: boolean; log: string }> {
  const name = start(args, values);
  const job = () => jobOf(name) as Stored;
  await here.until(() => hasCondition(job(), 'Complete') || hasCondition(job(), 'Failed'));
  return { ok: hasCondition(job(), 'Complete'), log: logOf(leaf, podOf(name), 'helm') ?? '' };
}

const release = () =>
  releasesOf(leaf, 'team', 'hello').map((secret) => [secret.metadata.name, statusOf(secret)]);
const web = (): Fields | undefined => leaf.objects.get(KINDS.Deployment, 'team', 'hello');

/** The least that its chart asks for. */
const PACHYDERM = { deployTarget: 'GOOGLE', pachd: { storage: { storageURL: 'gs://bucket' } } };

describe('helm upgrade --install', () => {
  test('installs, waits until all is ready, and keeps a release', async () => {
    const { ok, log } = await helm([...HELLO, '--version', '1.1.0']);
    expect(ok).toBe(true);
    expect(log).toContain('Release "hello" does not exist. Installing it now.');
    expect(log).toContain('Pulled: mirror/charts/hello:1.1.0');
    expect(log).toContain('STATUS: deployed\nREVISION: 1');
    expect(web()?.status).toMatchObject({ availableReplicas: 1 });
    expect(web()?.metadata.labels).toMatchObject({ 'app.kubernetes.io/managed-by': 'Helm' });
    expect(release()).toEqual([['sh.helm.release.v1.hello.v1', 'deployed']]);
    const [secret] = releasesOf(leaf, 'team', 'hello');
    expect(readRelease(secret as Stored)).toMatchObject({
      name: 'hello',
      revision: 1,
      chartVersion: '1.1.0',
      status: 'deployed',
    });
  });

  test('upgrades what is there, and takes away what the new values no longer make', async () => {
    const pachyderm = HELLO.map((word) => (word.endsWith('/hello') ? 'oci://mirror/charts/pachyderm' : word));
    const values = (console: boolean) => ({ ...PACHYDERM, console: { enabled: console } });
    await helm([...pachyderm, '--version', '2.12.1', '--values', '/values/values.json'], values(true));
    expect(leaf.objects.get(KINDS.Deployment, 'team', 'console')).toBeDefined();
    const { ok, log } = await helm(
      [...pachyderm, '--version', '2.12.2', '-f', '/values/values.json'],
      values(false),
    );
    expect(ok).toBe(true);
    expect(log).toContain('Release "hello" has been upgraded. Happy Helming!');
    expect(leaf.objects.get(KINDS.Deployment, 'team', 'console')).toBeUndefined();
    const pachd = leaf.objects.get(KINDS.Deployment, 'team', 'pachd');
    expect(pachd?.spec?.template.spec.containers[0].image).toBe('docker.io/pachyderm/pachd:2.12.2');
    expect(release().map(([, status]) => status)).toEqual(['superseded', 'deployed']);
  });

  test('without --wait does not wait', async () => {
    const { ok } = await helm(HELLO.filter((word) => word !== '--wait'));
    expect(ok).toBe(true);
    expect(web()?.status?.availableReplicas ?? 0).toBe(0);
  });

  test('reads the values file', async () => {
    await helm([...HELLO, '--values', '/values/values.json'], { replicas: 2, message: 'Hi' });
    expect(web()?.spec.replicas).toBe(2);
  });

  test('keeps as many revisions as told', async () => {
    for (let i = 0; i < 4; i++) await helm([...HELLO, '--history-max', '2']);
    expect(release()).toEqual([
      ['sh.helm.release.v1.hello.v3', 'superseded'],
      ['sh.helm.release.v1.hello.v4', 'deployed'],
    ]);
  });

  test('makes the namespace only if told to', async () => {
    const elsewhere = HELLO.map((word) => (word === 'team' ? 'new' : word));
    expect((await helm(elsewhere)).log).toContain(
      'Error: create: failed to create: namespaces "new" not found',
    );
    expect((await helm([...elsewhere, '--create-namespace'])).ok).toBe(true);
  });

  test.each([
    [
      'an unknown chart',
      [...HELLO.slice(0, 3), 'oci://mirror/charts/nothing', ...HELLO.slice(4)],
      'failed to perform "FetchReference" on source: mirror/charts/nothing: not found',
    ],
    [
      'an unknown version',
      [...HELLO, '--version', '7.7.7'],
      'failed to perform "FetchReference" on source: mirror/charts/hello:7.7.7: not found',
    ],
    ['an unknown flag', [...HELLO, '--fast'], 'unknown flag: --fast'],
    ['a flag without its argument', [...HELLO, '--version'], 'flag needs an argument: --version'],
    [
      'a chart of a repository nobody added',
      [...HELLO.slice(0, 3), 'stable/hello', ...HELLO.slice(4)],
      'repo stable not found',
    ],
    ['a missing argument', HELLO.slice(0, 3), '"helm upgrade" requires 2 arguments'],
    [
      'a missing values file',
      [...HELLO, '-f', '/nowhere.json'],
      'open /nowhere.json: no such file or directory',
    ],
    [
      'a wrong time-out',
      [...HELLO, '--timeout', '5'],
      'invalid argument "5" for "--timeout" flag: time: missing unit in duration "5"',
    ],
    ['an unknown command', ['frobnicate'], 'unknown command "frobnicate" for "helm"'],
    [
      'no --install',
      HELLO.filter((word) => word !== '--install'),
      'UPGRADE FAILED: "hello" has no deployed releases',
    ],
  ])('with %s fails as Helm does', async (_title, args, message) => {
    const { ok, log } = await helm(args);
    expect(ok).toBe(false);
    expect(log).toContain(`Error: ${message}`);
    expect(web()).toBeUndefined();
  });

  test('with values of a wrong type fails as the chart’s schema says', async () => {
    const args = [
      ...HELLO.slice(0, 3),
      'oci://mirror/charts/pachyderm',
      ...HELLO.slice(4),
      '-f',
      '/values/values.json',
    ];
    const wrong = await helm(args, { deployTarget: 'GOOGLE', proxy: { enabled: 'yes' } });
    expect(wrong.log).toContain("pachyderm:\n- at '/proxy/enabled': got string, want boolean");
    const missing = await helm(args, {});
    expect(missing.log).toContain('deployTarget must be set');
    const open = await helm(args, { ...PACHYDERM, oidc: { mockIDP: false } });
    expect(open.log).toContain('either oidc.upstreamIDPs or oidc.mockIDP must be set');
  });

  test('without rights fails, and without rights half-way too', async () => {
    remove(leaf, KINDS.ClusterRoleBinding, undefined, BINDING);
    const { log } = await helm(HELLO);
    expect(log).toContain('User "system:serviceaccount:default:default" cannot list resource "secrets"');
    bind('default');
    const name = start(HELLO);
    await here.until(() => web() !== undefined);
    remove(leaf, KINDS.ClusterRoleBinding, undefined, BINDING);
    await here.until(() => hasCondition(jobOf(name) as Stored, 'Failed'));
  });

  test('gives up when its time is over, says what was not ready, and may be tried again', async () => {
    here.faults.force('pod-crash', { times: 1, subject: 'team/hello' });
    const { ok, log } = await helm([...HELLO, '--timeout', '1m']);
    expect(ok).toBe(false);
    expect(log).toContain(
      'resource Deployment/team/hello not ready. status: InProgress, message: Available: 0/1',
    );
    expect(log).toContain('context deadline exceeded');
    expect(release()).toEqual([['sh.helm.release.v1.hello.v1', 'failed']]);
    expect((await helm([...HELLO, '--timeout', '30s'])).log).toContain('UPGRADE FAILED:');
  });

  test('with --rollback-on-failure leaves nothing of a failed installation', async () => {
    here.faults.force('pod-crash', { times: 1, subject: 'team/hello' });
    const { log } = await helm([...HELLO, '--timeout', '1m', '--rollback-on-failure']);
    expect(log).toContain('has been uninstalled due to rollback-on-failure');
    expect(web()).toBeUndefined();
  });

  test('killed, leaves the release pending, and the next one refuses', async () => {
    const name = start(HELLO);
    await here.until(() => web() !== undefined);
    remove(leaf, KINDS.Pod, 'default', podOf(name).metadata.name, { gracePeriodSeconds: 0 });
    expect(release()).toEqual([['sh.helm.release.v1.hello.v1', 'pending-install']]);
    expect((await helm(HELLO)).log).toContain(
      'Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress',
    );
  });

  test('asked to stop, marks the release failed', async () => {
    const name = start(HELLO);
    await here.until(() => web() !== undefined);
    remove(leaf, KINDS.Pod, 'default', podOf(name).metadata.name);
    await here.clock.runFor(0);
    expect(release()).toEqual([['sh.helm.release.v1.hello.v1', 'failed']]);
  });
});

test('the command line is read as Helm reads it', () => {
  expect(
    parseUpgrade(['-i', 'a', 'oci://b', '-n=team', '--wait=false', '--timeout', '1h30m', '-f', 'x,y']),
  ).toMatchObject({
    release: 'a',
    chart: 'oci://b',
    namespace: 'team',
    install: true,
    wait: false,
    timeoutMs: hours(1) + minutes(30),
    valuesFiles: ['x', 'y'],
  });
  expect(parseUpgrade(['a', 'b', '--timeout=90s'])).toMatchObject({
    timeoutMs: seconds(90),
    wait: false,
    install: false,
  });
});

describe('gcloud pubsub topics publish', () => {
  async function gcloud(...args: string[]): Promise<string> {
    const name = `call-${++jobs}`;
    create(leaf, KINDS.Job, 'default', {
      metadata: { name },
      spec: {
        backoffLimit: 0,
        template: {
          spec: {
            restartPolicy: 'Never',
            containers: [{ name: 'call', image: 'cloud-sdk:slim', command: args }],
          },
        },
      },
    });
    const job = () => jobOf(name) as Stored;
    await here.until(() => hasCondition(job(), 'Complete') || hasCondition(job(), 'Failed'));
    return `${hasCondition(job(), 'Complete') ? 'ok' : 'failed'}: ${logOf(leaf, podOf(name), 'call')}`;
  }
  const PUBLISH = ['gcloud', 'pubsub', 'topics', 'publish', 'hint'];

  test('publishes', async () => {
    expect(await gcloud(...PUBLISH, '--project=hub-test', '--message={"a":1}')).toMatch(
      /^ok: messageIds:\n- '\d+'/,
    );
    expect(here.published).toEqual(['hint {"a":1}']);
  });

  test.each([
    [['--project=hub-test'], 'You cannot send an empty message'],
    [['--project=another', '--message=x'], 'NOT_FOUND'],
    [['--project=hub-test', '--message=x', '--fast'], 'unrecognized arguments: --fast'],
  ])('refuses %j', async (more, message) => {
    const log = await gcloud(...PUBLISH, ...more);
    expect(log).toMatch(/^failed/);
    expect(log).toContain(message);
    expect(here.published).toEqual([]);
  });

  test('behind "$@" || echo its failure is a line of log only', async () => {
    const script = '"$@" || echo "Never mind."';
    expect(await gcloud('sh', '-c', script, 'x', ...PUBLISH, '--project=another', '--message=x')).toMatch(
      /^ok: ERROR.*Never mind\.\n$/s,
    );
  });

  test('a script that the shell cannot run is no success', async () => {
    expect(await gcloud('sh', '-c', 'make me a sandwich')).toMatch(/^failed/);
    expect(await gcloud('sh', '-c', 'exit 3')).toMatch(/^failed/);
    expect(await gcloud('sh', '-c', 'exit 0')).toMatch(/^ok/);
  });
});
