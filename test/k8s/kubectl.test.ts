/** A session with the real kubectl: what people type, and what they see. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isStandIn, openSession, rowOf, type Session, tableOf } from './cluster.ts';
import { hasTools } from './tools.ts';

let session: Session;
const kubectl: Session['kubectl'] = (command, input) => session.kubectl(command, input);
const fails: Session['tryKubectl'] = async (command, input) => {
  const output = await session.tryKubectl(command, input);
  expect(output.code, output.stdout).not.toBe(0);
  return output;
};

const deployment = (name: string, replicas = 1, image = 'nginx:1.27'): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'web', image, ports: [{ containerPort: 80 }] }] },
    },
  },
});

const configMap = (name: string, data: Record<string, string>): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});

/** kubectl reads files better than its input, where it asks twice. */
function file(name: string, ...objects: object[]): string {
  const path = join(session.folder, `${name}.yaml`);
  writeFileSync(path, objects.map((object) => dump(object)).join('---\n'));
  return path;
}

const skipped = !hasTools;

beforeAll(async () => {
  if (!skipped) session = await openSession('kubectl');
});
afterAll(() => session?.close());

describe.skipIf(skipped)('the cluster', () => {
  test('tells its version, where it is and what it serves', async () => {
    expect(await kubectl('version')).toMatch(
      /Client Version: v1\.35\.\d+[\s\S]*Server Version: v1\.\d+\.\d+/,
    );
    expect(await kubectl('cluster-info')).toMatch(/Kubernetes control plane.* is running at/);
    const versions = (await kubectl('api-versions')).split('\n');
    for (const one of ['v1', 'apps/v1', 'batch/v1', 'rbac.authorization.k8s.io/v1', 'policy/v1']) {
      expect(versions).toContain(one);
    }
    const resources = await kubectl('api-resources --no-headers');
    expect(rowOf(resources, 'deployments')).toEqual([
      'deployments',
      'deploy',
      'apps/v1',
      'true',
      'Deployment',
    ]);
    expect(rowOf(resources, 'namespaces')).toEqual(['namespaces', 'ns', 'v1', 'false', 'Namespace']);
    expect(await kubectl('api-resources --api-group=apps -o name')).toContain('statefulsets.apps\n');
  });

  test('lists its nodes and namespaces', async () => {
    const [head, ...nodes] = tableOf(await kubectl('get nodes'));
    expect(head).toEqual(['NAME', 'STATUS', 'ROLES', 'AGE', 'VERSION']);
    expect(nodes.length).toBeGreaterThan(0);
    for (const node of nodes) expect(node).toContain('Ready');
    expect(await kubectl('describe node')).toMatch(/^Conditions:/m);
    expect(rowOf(await kubectl('get ns'), session.namespace).slice(0, 2)).toEqual([
      session.namespace,
      'Active',
    ]);
    expect(await kubectl(`describe ns ${session.namespace}`)).toMatch(/Status:\s+Active/);
  });

  test('explains kinds and fields', async () => {
    const replicas = await kubectl('explain deployment.spec.replicas');
    expect(replicas).toMatch(/GROUP: +apps\nKIND: +Deployment\nVERSION: +v1\n\nFIELD: replicas <integer>/);
    const containers = await kubectl('explain pod.spec.containers');
    expect(containers).toContain('FIELD: containers <[]Container>');
    expect(containers).toMatch(/^ {2}name\t<string> -required-$/m);
    expect((await fails('explain pod.spec.nothing')).stderr).toContain('field "nothing" does not exist');
  });

  test('says what a caller is and may', async () => {
    expect(await kubectl('auth whoami')).toMatch(/ATTRIBUTE +VALUE\nUsername +\S+/);
    expect(await kubectl('auth can-i create pods')).toBe('yes\n');
    await kubectl('create serviceaccount reader');
    const as = `--as=system:serviceaccount:${session.namespace}:reader`;
    expect(await fails(`auth can-i list pods ${as}`)).toMatchObject({ code: 1, stdout: 'no\n' });
    await kubectl('create role reader --verb=get,list --resource=pods');
    await kubectl(`create rolebinding reader --role=reader --serviceaccount=${session.namespace}:reader`);
    expect(await kubectl(`auth can-i list pods ${as}`)).toBe('yes\n');
    expect(await kubectl(`auth can-i --list ${as}`)).toMatch(/^pods +\[\] +\[\] +\[get list\]$/m);
    const { stderr } = await fails(`get secrets ${as}`);
    expect(stderr).toContain('Error from server (Forbidden): secrets is forbidden: User');
    expect(rowOf(await kubectl('get rolebinding -o wide'), 'reader')).toContain(
      `${session.namespace}/reader`,
    );
    expect(await kubectl('describe role reader')).toMatch(/^ +pods +\[\] +\[\] +\[get list\]$/m);
    expect(await kubectl('describe rolebinding reader')).toMatch(/ServiceAccount +reader/);
  });

  test('gives a service account a token that is good for what the account may', async () => {
    await kubectl('create serviceaccount bearer');
    const token = (await kubectl('create token bearer --duration=10m')).trim();
    expect(token.split('.')).toHaveLength(3);
    const who = await kubectl(['auth', 'whoami', `--token=${token}`]);
    expect(who).toMatch(new RegExp(`Username +system:serviceaccount:${session.namespace}:bearer`));
    expect((await fails(['get', 'pods', `--token=${token}`])).stderr).toContain('(Forbidden)');
  });
});

describe.skipIf(skipped)('objects', () => {
  test('are created from the command line, each kind with its own command', async () => {
    const made: Record<string, string> = {
      'create configmap plain --from-literal=a=1': 'configmap/plain created',
      'create secret generic hidden --from-literal=password=s3cret': 'secret/hidden created',
      'create quota few --hard=pods=50': 'resourcequota/few created',
      'create pdb careful --selector=app=careful --min-available=1':
        'poddisruptionbudget.policy/careful created',
      'create service clusterip inner --tcp=80:8080': 'service/inner created',
      'create ingress front --rule=a.example/=inner:80': 'ingress.networking.k8s.io/front created',
      'create cronjob nightly --image=busybox:1.37 --schedule=@daily -- true':
        'cronjob.batch/nightly created',
    };
    for (const [command, said] of Object.entries(made)) expect(await kubectl(command)).toBe(`${said}\n`);
    expect(rowOf(await kubectl('get secret'), 'hidden').slice(0, 3)).toEqual(['hidden', 'Opaque', '1']);
    expect(await kubectl('describe secret hidden')).toMatch(/password: +6 bytes/);
    expect(await kubectl('get secret hidden -o jsonpath={.data.password}')).toBe(
      Buffer.from('s3cret').toString('base64'),
    );
    expect(rowOf(await kubectl('get cm'), 'plain').slice(0, 2)).toEqual(['plain', '1']);
    expect(await kubectl('describe cm plain')).toMatch(/^a:\n----\n1$/m);
    expect(await kubectl('describe quota few')).toMatch(/^pods +\d+ +50$/m);
    expect(rowOf(await kubectl('get pdb'), 'careful').slice(1, 3)).toEqual(['1', 'N/A']);
    expect(rowOf(await kubectl('get svc'), 'inner').slice(1, 2)).toEqual(['ClusterIP']);
    expect(await kubectl('describe svc inner')).toMatch(/Port: +80-8080 +80\/TCP/);
    expect(rowOf(await kubectl('get cronjob'), 'nightly').slice(1, 4)).toEqual(['@daily', '<none>', 'False']);
    expect(await kubectl('get ingress front -o name')).toBe('ingress.networking.k8s.io/front\n');
  });

  test('come in every form that kubectl prints', async () => {
    await kubectl('create configmap formed --from-literal=a=1');
    await kubectl('label configmap formed tier=front');
    await kubectl('annotate configmap formed note=this');
    expect(JSON.parse(await kubectl('get cm formed -o json'))).toMatchObject({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { labels: { tier: 'front' }, annotations: { note: 'this' } },
      data: { a: '1' },
    });
    expect(await kubectl('get cm formed -o yaml')).toMatch(
      /^apiVersion: v1\ndata:\n {2}a: "1"\nkind: ConfigMap/,
    );
    expect(await kubectl('get cm -l tier=front -o name')).toBe('configmap/formed\n');
    expect(await kubectl(['get', 'cm', '-l', 'tier in (front,back)', '-o', 'name'])).toBe(
      'configmap/formed\n',
    );
    expect(await kubectl(['get', 'cm', '-l', 'tier notin (front),!tier,tier', '-o', 'name'])).toBe('');
    expect(await kubectl('get cm formed -o custom-columns=N:.metadata.name,A:.data.a')).toBe(
      'N        A\nformed   1\n',
    );
    expect(await kubectl('get cm formed --show-labels')).toContain('tier=front');
    expect(
      rowOf(
        await kubectl('get cm -A --field-selector=metadata.name=formed --no-headers'),
        session.namespace,
      )[1],
    ).toBe('formed');
    expect((await fails('get pods --field-selector=spec.nothing=1')).stderr).toContain(
      'field label not supported: spec.nothing',
    );
    expect((await fails('get cm missing')).stderr).toBe(
      'Error from server (NotFound): configmaps "missing" not found\n',
    );
    expect((await fails('get nothings')).stderr).toContain(
      'the server doesn\'t have a resource type "nothings"',
    );
  });

  test('are created, changed and replaced by files, and fields that nobody knows are told', async () => {
    const path = file('filed', configMap('filed', { a: '1' }));
    expect(await kubectl(`create -f ${path} --dry-run=server`)).toBe(
      'configmap/filed created (server dry run)\n',
    );
    expect((await fails('get cm filed')).code).toBe(1);
    expect(await kubectl(`create -f ${path}`)).toBe('configmap/filed created\n');
    expect((await fails(`create -f ${path}`)).stderr).toContain('(AlreadyExists)');
    expect(await kubectl(`replace -f ${file('filed-2', configMap('filed', { b: '2' }))}`)).toBe(
      'configmap/filed replaced\n',
    );
    expect(await kubectl('get cm filed -o jsonpath={.data}')).toBe('{"b":"2"}');
    const wrong = { ...configMap('wrong', {}), dada: { a: '1' } };
    expect((await fails(`create -f ${file('wrong', wrong)}`)).stderr).toMatch(
      /ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "dada"/,
    );
    const warned = await session.tryKubectl(`create -f ${file('warned', wrong)} --validate=warn`);
    expect(warned).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('Warning: unknown field "dada"'),
    });
    expect(await kubectl('get cm wrong -o jsonpath={.dada}')).toBe('');
    const mistyped = { ...configMap('mistyped', {}), data: { a: 1 } };
    expect((await fails(`create -f ${file('mistyped', mistyped)}`)).stderr).toContain(
      'json: cannot unmarshal number into Go struct field ConfigMap.data',
    );
  });

  test('are patched in each of the three ways', async () => {
    await kubectl(`create -f ${file('patched', { ...deployment('patched', 0) })}`);
    const env = [{ name: 'A', value: '1' }];
    const strategic = { spec: { template: { spec: { containers: [{ name: 'web', env }] } } } };
    expect(await kubectl(['patch', 'deploy/patched', '-p', JSON.stringify(strategic)])).toContain('patched');
    const containers = JSON.parse(
      await kubectl('get deploy patched -o jsonpath={.spec.template.spec.containers}'),
    );
    expect(containers).toMatchObject([{ name: 'web', image: 'nginx:1.27', env }]);
    await kubectl(['patch', 'deploy/patched', '--type=merge', '-p', '{"metadata":{"labels":{"x":"y"}}}']);
    const steps = [{ op: 'replace', path: '/metadata/labels/x', value: 'z' }];
    await kubectl(['patch', 'deploy/patched', '--type=json', '-p', JSON.stringify(steps)]);
    expect(await kubectl('get deploy patched -o jsonpath={.metadata.labels.x}')).toBe('z');
    const selector = '{"spec":{"selector":{"matchLabels":{"app":"other"}}}}';
    expect((await fails(['patch', 'deploy/patched', '--type=merge', '-p', selector])).stderr).toContain(
      'is invalid',
    );
  });

  test('are deleted, one by one, by label and as a collection', async () => {
    for (const name of ['gone-1', 'gone-2', 'gone-3']) await kubectl(`create configmap ${name}`);
    await kubectl('label cm gone-2 gone-3 gone=soon');
    expect(await kubectl('delete cm gone-1')).toMatch(/^configmap "gone-1" deleted/);
    expect(await kubectl('delete cm -l gone=soon')).toMatch(/gone-2" deleted[\s\S]*gone-3" deleted/);
    expect((await fails('delete cm gone-1')).stderr).toContain('(NotFound)');
    expect(await kubectl('delete cm gone-1 --ignore-not-found')).toBe('');
  });
});

describe.skipIf(skipped)('apply', () => {
  test('on the client: creates, tells the difference, changes, and removes what is no longer said', async () => {
    const first = file('client-1', deployment('client', 0));
    const second = file('client-2', { ...deployment('client', 0, 'nginx:1.28') });
    expect(await kubectl(`apply -f ${first}`)).toBe('deployment.apps/client created\n');
    expect(await kubectl(`apply -f ${first}`)).toBe('deployment.apps/client unchanged\n');
    const diff = await session.tryKubectl(`diff -f ${second}`);
    expect(diff.code).toBe(1);
    expect(diff.stdout).toMatch(/^-.*image: nginx:1\.27$/m);
    expect(diff.stdout).toMatch(/^\+.*image: nginx:1\.28$/m);
    expect(await kubectl(`apply -f ${second}`)).toBe('deployment.apps/client configured\n');
    expect(await kubectl(`diff -f ${second}`)).toBe('');
    const map = configMap('shrinks', { a: '1', b: '2' });
    await kubectl(`apply -f ${file('shrinks', map)}`);
    await kubectl(`apply -f ${file('shrinks-2', configMap('shrinks', { a: '1' }))}`);
    expect(await kubectl('get cm shrinks -o jsonpath={.data}')).toBe('{"a":"1"}');
  });

  test('on the server: fields have owners, and a conflict names both', async () => {
    const one = file('server-1', configMap('server', { a: '1' }));
    const other = file('server-2', configMap('server', { a: '2' }));
    expect(await kubectl(`apply --server-side --field-manager=one -f ${one}`)).toBe(
      'configmap/server serverside-applied\n',
    );
    const { stderr } = await fails(`apply --server-side --field-manager=other -f ${other}`);
    expect(stderr).toContain('Apply failed with 1 conflict: conflict with "one": .data.a');
    await kubectl(`apply --server-side --field-manager=other --force-conflicts -f ${other}`);
    const owners = await kubectl(
      'get cm server --show-managed-fields -o jsonpath={.metadata.managedFields[*].manager}',
    );
    expect(owners.split(' ')).toContain('other');
    const typo = { ...configMap('server', {}), dada: {} };
    expect((await fails(`apply --server-side -f ${file('server-3', typo)}`)).stderr).toContain(
      '.dada: field not declared in schema',
    );
  });
});

describe.skipIf(skipped)('workloads', () => {
  test('roll out, scale, go back, and tell how far they are', async () => {
    expect(await kubectl('create deployment web --image=nginx:1.27 --replicas=2')).toBe(
      'deployment.apps/web created\n',
    );
    expect(await kubectl('rollout status deploy/web --timeout=180s')).toContain(
      'deployment "web" successfully rolled out',
    );
    expect(await kubectl('wait --for=condition=Available deploy/web --timeout=60s')).toBe(
      'deployment.apps/web condition met\n',
    );
    expect(rowOf(await kubectl('get deploy web -o wide'), 'web')).toEqual([
      'web',
      '2/2',
      '2',
      '2',
      expect.any(String),
      'nginx',
      'nginx:1.27',
      'app=web',
    ]);
    const [head, pod] = tableOf(await kubectl('get pods -l app=web -o wide'));
    expect(head).toEqual([
      'NAME',
      'READY',
      'STATUS',
      'RESTARTS',
      'AGE',
      'IP',
      'NODE',
      'NOMINATED NODE',
      'READINESS GATES',
    ]);
    expect(pod).toEqual([
      expect.stringMatching(/^web-/),
      '1/1',
      'Running',
      '0',
      expect.any(String),
      expect.stringMatching(/^[\d.]+$/),
      expect.any(String),
      '<none>',
      '<none>',
    ]);
    expect(await kubectl('describe deploy web')).toMatch(
      /Replicas: +2 desired \| 2 updated \| 2 total \| 2 available/,
    );
    expect(await kubectl('describe pods -l app=web')).toMatch(/Controlled By: +ReplicaSet\/web-/);
    expect(await kubectl('scale deploy/web --replicas=1')).toBe('deployment.apps/web scaled\n');
    expect(await kubectl('set image deploy/web nginx=nginx:1.28')).toBe(
      'deployment.apps/web image updated\n',
    );
    await kubectl('rollout status deploy/web --timeout=180s');
    expect(tableOf(await kubectl('rollout history deploy/web')).slice(1)).toEqual([
      ['REVISION', 'CHANGE-CAUSE'],
      ['1', '<none>'],
      ['2', '<none>'],
    ]);
    expect(await kubectl('rollout undo deploy/web')).toBe('deployment.apps/web rolled back\n');
    expect(await kubectl('get deploy web -o jsonpath={.spec.template.spec.containers[0].image}')).toBe(
      'nginx:1.27',
    );
    expect(await kubectl('rollout restart deploy/web')).toBe('deployment.apps/web restarted\n');
    await kubectl('rollout status deploy/web --timeout=180s');
    expect(await kubectl('rollout history deploy/web --revision=4')).toContain('restartedAt');
    expect(await kubectl('get rs -l app=web -o name')).toMatch(/^(replicaset\.apps\/web-\S+\n){3}$/);
    expect(await kubectl('get all -l app=web -o name')).toMatch(/^pod\/web-\S+\ndeployment\.apps\/web\n/);
    expect(await kubectl('delete deploy web')).toMatch(/^deployment\.apps "web" deleted/);
  });

  test('a job runs to its end and leaves its log', async () => {
    expect(await kubectl('create job greet --image=busybox:1.37 -- echo hello there')).toBe(
      'job.batch/greet created\n',
    );
    expect(await kubectl('wait --for=condition=Complete job/greet --timeout=180s')).toBe(
      'job.batch/greet condition met\n',
    );
    expect(await kubectl('logs job/greet')).toBe('hello there\n');
    expect(await kubectl('logs job/greet --timestamps --tail=1')).toMatch(
      /^\d{4}-\d\d-\d\dT\S+Z hello there\n$/,
    );
    expect(await kubectl('logs -f job/greet')).toBe('hello there\n');
    expect((await fails('logs job/greet --previous')).stderr).toContain(
      'previous terminated container "greet"',
    );
    expect(rowOf(await kubectl('get jobs'), 'greet').slice(1, 3)).toEqual(['Complete', '1/1']);
    expect(
      await kubectl('get pods -l job-name=greet --field-selector=status.phase=Succeeded --no-headers'),
    ).toMatch(/ Completed /);
    expect(await kubectl('describe job greet')).toMatch(
      /Pods Statuses: +0 Active \(0 Ready\) \/ 1 Succeeded \/ 0 Failed/,
    );
    expect(await kubectl('delete job greet --cascade=foreground')).toMatch(/^job\.batch "greet" deleted/);
    expect(await kubectl('get pods -l job-name=greet -o name')).toBe('');
  });

  test('a pod is run, exposed and reached through a port', async () => {
    expect(await kubectl('run single --image=nginx:1.27 --port=80')).toBe('pod/single created\n');
    expect(await kubectl('expose pod single --port=8080 --target-port=80')).toBe('service/single exposed\n');
    await kubectl('wait --for=condition=Ready pod/single --timeout=180s');
    // Over a WebSocket, as since 1.31, and in SPDY alone, as before.
    for (const variables of [{}, { KUBECTL_PORT_FORWARD_WEBSOCKETS: 'false' }]) {
      const forward = session.follow('port-forward service/single :8080 --address=127.0.0.1', variables);
      try {
        const [, address] = /Forwarding from (\S+) ->/.exec(await forward.line(/Forwarding from 127/)) ?? [];
        const page = await fetch(`http://${address}/`);
        expect(page.status).toBe(200);
        expect(await page.text()).toContain('Welcome to nginx!');
      } finally {
        forward.stop();
      }
    }
    if (isStandIn) {
      for (const command of ['exec single -- ls', 'cp /etc/hosts single:/tmp/hosts']) {
        expect((await fails(command)).stderr).toContain('is not possible in this cluster: it is a stand-in');
      }
      expect((await fails('top pods')).stderr).toContain('Metrics API not available');
    }
    expect(await kubectl('delete pod single --grace-period=1')).toMatch(/^pod "single" deleted/);
  });

  test('a pod that finds no place says so in its events', async () => {
    const spec = { nodeSelector: { probe: 'nowhere' }, containers: [{ name: 'web', image: 'nginx:1.27' }] };
    await kubectl(
      `create -f ${file('lost', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'lost' }, spec })}`,
    );
    const events = session.follow('events --for=pod/lost --watch');
    try {
      expect(await events.line(/FailedScheduling/)).toMatch(
        /Warning +FailedScheduling +Pod\/lost +.*nodes are available/,
      );
    } finally {
      events.stop();
    }
    expect(rowOf(await kubectl('get pods'), 'lost').slice(1, 3)).toEqual(['0/1', 'Pending']);
    expect(await kubectl('get events --field-selector=involvedObject.name=lost')).toContain('pod/lost');
    expect(await kubectl('describe pod lost')).toMatch(/Events:[\s\S]*FailedScheduling/);
    expect((await fails('wait --for=condition=Ready pod/lost --timeout=1s')).stderr).toContain(
      'timed out waiting for the condition',
    );
    await kubectl('delete pod lost --force --grace-period=0');
  });

  test('a watch prints each change as it comes', async () => {
    await kubectl('create configmap watched --from-literal=a=1');
    const watch = session.follow('get cm watched --watch --output-watch-events');
    try {
      expect(await watch.line(/watched/)).toMatch(/^ADDED +watched +1 +\S+$/);
      await kubectl(['patch', 'cm', 'watched', '-p', '{"data":{"b":"2"}}']);
      expect(await watch.line(/watched/)).toMatch(/^MODIFIED +watched +2 +\S+$/);
      await kubectl('delete cm watched');
      expect(await watch.line(/watched/)).toMatch(/^DELETED +watched +2 +\S+$/);
    } finally {
      watch.stop();
    }
  });
});

describe.skipIf(skipped)('a kind of its own', () => {
  test('is defined, listed with its columns, explained, and gone with its definition', async () => {
    const group = `${session.namespace}.example`;
    const schema = {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          description: 'What is wanted.',
          properties: { host: { type: 'string' }, size: { type: 'integer', minimum: 1 } },
        },
      },
    };
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `gates.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural: 'gates', singular: 'gate', kind: 'Gate', shortNames: ['gt'] },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: schema },
            additionalPrinterColumns: [{ name: 'Host', type: 'string', jsonPath: '.spec.host' }],
          },
        ],
      },
    };
    await kubectl(`apply --server-side -f ${file('definition', definition)}`);
    await kubectl(`wait --for=condition=Established crd/gates.${group} --timeout=30s`);
    const gate = (spec: object) => ({
      apiVersion: `${group}/v1`,
      kind: 'Gate',
      metadata: { name: 'main' },
      spec,
    });
    expect(await kubectl(`apply -f ${file('gate', gate({ host: 'a.example', size: 2 }))}`)).toBe(
      `gate.${group}/main created\n`,
    );
    expect(tableOf(await kubectl('get gates'))).toEqual([
      ['NAME', 'HOST'],
      ['main', 'a.example'],
    ]);
    expect(await kubectl('get gt -o jsonpath={.items[0].spec.size}')).toBe('2');
    expect(await kubectl('explain gate.spec.host')).toContain('FIELD: host <string>');
    expect((await fails(`apply -f ${file('gate-2', gate({ size: 0 }))}`)).stderr).toContain('spec.size');
    expect((await fails(`apply -f ${file('gate-3', gate({ hots: 'x' }))}`)).stderr).toContain(
      'unknown field "spec.hots"',
    );
    expect(await kubectl('delete gate main')).toMatch(/"main" deleted/);
    await kubectl(`delete crd gates.${group}`);
    expect((await fails('get gates')).stderr).toMatch(
      /the server (doesn't have a resource type|could not find the requested resource)/,
    );
  });
});

describe.skipIf(skipped)('namespaces', () => {
  test('are created and go with all that is in them', async () => {
    const name = `${session.namespace}-2`;
    await kubectl(`create namespace ${name}`);
    await kubectl(`create configmap inside -n ${name}`);
    expect(await kubectl(`delete namespace ${name} --timeout=180s`)).toMatch(/^namespace "\S+" deleted/);
    expect((await fails(`get namespace ${name}`)).stderr).toContain('(NotFound)');
    expect((await fails(`create configmap late -n ${name}`)).stderr).toContain(
      `namespaces "${name}" not found`,
    );
  });
});
