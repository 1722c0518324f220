/** A session with the real Helm and a chart of our own. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSession, type Session } from './cluster.ts';
import { hasTools } from './tools.ts';

let session: Session;
let chart: string;

const FILES: Readonly<Record<string, string>> = {
  'Chart.yaml': 'apiVersion: v2\nname: probe\nversion: 1.0.0\nappVersion: "1.27"\n',
  'values.yaml': 'replicas: 1\nimage: nginx:1.27\nnode: {}\n',
  'templates/NOTES.txt': 'Probe {{ .Release.Name }} is there.\n',
  'templates/all.yaml': `
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}}
    spec:
      nodeSelector: {{ toJson .Values.node }}
      containers:
        - {name: web, image: {{ .Values.image }}, ports: [{containerPort: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}}
spec:
  selector: {app: {{ .Release.Name }}}
  ports: [{port: 80, protocol: TCP}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
data: {image: {{ .Values.image }}}
`,
};

/** No node has it. */
const NOWHERE = '--set=node.probe=nowhere';

function writeChart(folder: string): string {
  const home = join(folder, 'probe');
  mkdirSync(join(home, 'templates'), { recursive: true });
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(home, name), text);
  return home;
}

const skipped = !hasTools;
beforeAll(async () => {
  if (skipped) return;
  session = await openSession('helm');
  chart = writeChart(session.folder);
});
afterAll(() => session?.close());

const helm: Session['helm'] = (command) => session.helm(command);
/** As JSON: in the table the first nine days of a month are written with a further blank. */
const statuses = async (release: string): Promise<string[]> => {
  const revisions = JSON.parse(await helm(`history ${release} -o json`)) as {
    revision: number;
    status: string;
  }[];
  return revisions.map(({ revision, status }) => `${revision} ${status}`);
};
const image = (release: string): Promise<string> =>
  session.kubectl(`get cm ${release} -o jsonpath={.data.image}`);

describe.skipIf(skipped)('a release', () => {
  test('is installed, told of, upgraded, rolled back and uninstalled', async () => {
    const installed = await helm(`install web ${chart} --wait --timeout=180s`);
    expect(installed).toMatch(/STATUS: deployed\nREVISION: 1\n[\s\S]*Probe web is there\./);
    expect(await session.kubectl('get deploy web -o jsonpath={.status.readyReplicas}')).toBe('1');
    expect(await helm('list')).toMatch(/^web\s+\S+\s+1\s+.*deployed\s+probe-1\.0\.0\s+1\.27/m);
    expect(await helm('status web')).toMatch(/==> v1\/Deployment\nNAME +READY[\s\S]*\nweb +1\/1/);
    expect(await helm('get manifest web')).toContain('kind: Deployment');
    expect(await session.kubectl('get secret -l owner=helm,name=web -o name')).toBe(
      'secret/sh.helm.release.v1.web.v1\n',
    );

    await helm(`upgrade web ${chart} --set=image=nginx:1.28 --wait --timeout=180s`);
    expect(await helm('get values web')).toBe('USER-SUPPLIED VALUES:\nimage: nginx:1.28\n');
    expect(await image('web')).toBe('nginx:1.28');
    expect(await statuses('web')).toEqual(['1 superseded', '2 deployed']);

    expect(await helm('rollback web 1 --wait --timeout=180s')).toContain('Rollback was a success!');
    expect(await image('web')).toBe('nginx:1.27');
    expect(await statuses('web')).toEqual(['1 superseded', '2 superseded', '3 deployed']);

    expect(await helm('uninstall web --wait --timeout=180s')).toBe('release "web" uninstalled\n');
    expect(
      await session.kubectl('get deploy,svc,cm,secret -l app.kubernetes.io/managed-by=Helm -o name'),
    ).toBe('');
    expect((await session.tryHelm('status web')).stderr).toContain('release: not found');
  });

  test('is rendered without a cluster, and with one in a dry run', async () => {
    expect(await helm(`template drawn ${chart} --set=replicas=3`)).toMatch(
      /kind: Deployment[\s\S]*replicas: 3/,
    );
    expect(await helm(`install drawn ${chart} --dry-run=server`)).toContain('STATUS: pending-install');
    expect((await session.tryKubectl('get deploy drawn')).code).toBe(1);
  });

  test('that does not come up fails when its time is up', async () => {
    const { code, stderr } = await session.tryHelm(`install stuck ${chart} ${NOWHERE} --wait --timeout=2s`);
    expect(code).toBe(1);
    expect(stderr).toMatch(/Deployment\/\S+\/stuck not ready|context deadline exceeded/);
    expect(await statuses('stuck')).toEqual(['1 failed']);
    await helm('uninstall stuck');
  });

  test('that does not come up after an upgrade goes back, if asked to', async () => {
    await helm(`install back ${chart} --wait --timeout=180s`);
    const upgrade = `upgrade back ${chart} ${NOWHERE} --set=image=nginx:1.28 --rollback-on-failure --wait --timeout=3s`;
    expect((await session.tryHelm(upgrade)).code).toBe(1);
    expect(await statuses('back')).toEqual(['1 superseded', '2 failed', '3 deployed']);
    expect(await image('back')).toBe('nginx:1.27');
    await helm('uninstall back');
  });
});
