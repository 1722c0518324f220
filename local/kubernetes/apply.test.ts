import { beforeEach, describe, expect, test } from 'vitest';
import { patch, update } from './api.ts';
import { KINDS } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import { mergePatch } from './patches.ts';
import { aDeployment, aLeaf, applied, live, podTemplate } from './testing.ts';

const settings = (data: Record<string, string>, metadata = {}) => ({
  metadata: { name: 'settings', ...metadata },
  data,
});

const service = (ports: object[]) => ({
  metadata: { name: 'front' },
  spec: { selector: { app: 'web' }, ports },
});

const container = (name: string, more = {}) => ({ name, image: `${name}:1`, ...more });

describe('server-side apply', () => {
  let leaf: LeafCluster;
  beforeEach(async () => {
    leaf = (await aLeaf()).leaf;
  });

  test('records what the manager applied', () => {
    const object = applied(leaf, KINDS.ConfigMap, settings({ a: '1' }, { labels: { team: 'blue' } }));
    expect(object.metadata.managedFields).toEqual([
      {
        manager: 'hub',
        operation: 'Apply',
        apiVersion: 'v1',
        time: leaf.now,
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { 'f:a': {} }, 'f:metadata': { 'f:labels': { 'f:team': {} } } },
      },
    ]);
  });

  test('the same again keeps the resourceVersion, also where defaults were filled in', () => {
    const first = applied(leaf, KINDS.Deployment, aDeployment());
    expect(first.spec?.replicas).toBe(1);
    expect(applied(leaf, KINDS.Deployment, aDeployment())).toBe(first);
    const front = applied(leaf, KINDS.Service, service([{ port: 80 }]));
    expect(front.spec?.ports[0].protocol).toBe('TCP');
    expect(applied(leaf, KINDS.Service, service([{ port: 80 }]))).toBe(front);
  });

  test('a field no longer applied goes, unless another manager applies it too', () => {
    applied(leaf, KINDS.ConfigMap, settings({ a: '1', b: '2', c: '3' }), 'hub');
    applied(leaf, KINDS.ConfigMap, settings({ b: '2' }), 'other');
    applied(leaf, KINDS.ConfigMap, settings({ c: '3' }), 'hub');
    expect(live(leaf, KINDS.ConfigMap, 'settings').data).toEqual({ b: '2', c: '3' });
    applied(leaf, KINDS.ConfigMap, settings({}), 'other');
    expect(live(leaf, KINDS.ConfigMap, 'settings').data).toEqual({ c: '3' });
  });

  test('what nobody owns stays, even beside fields that go', () => {
    applied(leaf, KINDS.ConfigMap, settings({}, { annotations: { mine: '1' } }));
    const object = live(leaf, KINDS.ConfigMap, 'settings');
    const annotations = { ...object.metadata.annotations, cluster: '2' };
    leaf.objects.put(KINDS.ConfigMap, { ...object, metadata: { ...object.metadata, annotations } });
    applied(leaf, KINDS.ConfigMap, settings({}));
    expect(live(leaf, KINDS.ConfigMap, 'settings').metadata.annotations).toEqual({ cluster: '2' });
  });

  test('a value that another manager owns is a conflict that names the field', () => {
    applied(leaf, KINDS.Deployment, aDeployment({ replicas: 2 }), 'hub');
    expect(() => applied(leaf, KINDS.Deployment, aDeployment({ replicas: 3 }), 'other', false)).toThrow(
      expect.objectContaining({
        code: 409,
        reason: 'Conflict',
        message: 'Apply failed with 1 conflict: conflict with "hub": .spec.replicas',
        details: expect.objectContaining({
          causes: [
            { reason: 'FieldManagerConflict', message: 'conflict with "hub"', field: '.spec.replicas' },
          ],
        }),
      }),
    );
    expect(live(leaf, KINDS.Deployment, 'web').spec?.replicas).toBe(2);
  });

  test('the same value is shared, not fought for', () => {
    applied(leaf, KINDS.Deployment, aDeployment({ replicas: 2 }), 'hub');
    applied(leaf, KINDS.Deployment, aDeployment({ replicas: 2 }), 'other', false);
    const managers = live(leaf, KINDS.Deployment, 'web').metadata.managedFields?.map(
      ({ manager }) => manager,
    );
    expect(managers).toEqual(['hub', 'other']);
  });

  test('by force the field changes hands, and its former owner cannot remove it', () => {
    applied(leaf, KINDS.Deployment, aDeployment({ replicas: 2 }), 'other');
    applied(leaf, KINDS.Deployment, aDeployment({ replicas: 3 }), 'hub', true);
    applied(leaf, KINDS.Deployment, aDeployment(), 'other', false);
    expect(live(leaf, KINDS.Deployment, 'web').spec?.replicas).toBe(3);
  });

  test('an update takes over the fields it changes, so that the next apply is a conflict', () => {
    applied(leaf, KINDS.Deployment, aDeployment({ replicas: 2 }), 'hub');
    patch(
      leaf,
      KINDS.Deployment,
      'default',
      'web',
      (object) => mergePatch(object, { spec: { replicas: 5 } }) as object,
      { manager: 'kubectl' },
    );
    expect(() => applied(leaf, KINDS.Deployment, aDeployment({ replicas: 2 }), 'hub', false)).toThrow(
      'conflict with "kubectl" using apps/v1: .spec.replicas',
    );
    expect(applied(leaf, KINDS.Deployment, aDeployment({ replicas: 2 }), 'hub', true).spec?.replicas).toBe(2);
  });

  test('a field that an update removed belongs to nobody', () => {
    applied(leaf, KINDS.ConfigMap, settings({ a: '1', b: '2' }));
    const object = live(leaf, KINDS.ConfigMap, 'settings');
    update(
      leaf,
      KINDS.ConfigMap,
      'default',
      'settings',
      { ...object, data: { a: '1' } },
      { manager: 'kubectl' },
    );
    const [entry] = live(leaf, KINDS.ConfigMap, 'settings').metadata.managedFields ?? [];
    expect(entry?.fieldsV1).toEqual({ 'f:data': { 'f:a': {} } });
  });

  test('containers, environment and mounts merge by their keys', () => {
    const shared = { selector: { matchLabels: { app: 'web' } } };
    const base = {
      ...shared,
      template: podTemplate({ containers: [container('web', { env: [{ name: 'A', value: '1' }] })] }),
    };
    const extra = {
      ...shared,
      template: podTemplate({
        containers: [container('side'), { name: 'web', env: [{ name: 'B', value: '2' }] }],
      }),
    };
    applied(leaf, KINDS.Deployment, aDeployment(base), 'hub');
    const both = applied(leaf, KINDS.Deployment, aDeployment(extra), 'other');
    expect(both.spec?.template.spec.containers).toMatchObject([
      { name: 'web', image: 'web:1', env: [{ name: 'A' }, { name: 'B' }] },
      { name: 'side' },
    ]);
    const without = applied(
      leaf,
      KINDS.Deployment,
      aDeployment({ ...shared, template: podTemplate({ containers: [{ name: 'web' }] }) }),
      'other',
    );
    expect(without.spec?.template.spec.containers).toMatchObject([{ name: 'web', env: [{ name: 'A' }] }]);
    expect(without.spec?.template.spec.containers[0].env).toHaveLength(1);
  });

  test('ports of a Service are told apart by port and protocol', () => {
    applied(
      leaf,
      KINDS.Service,
      service([
        { name: 'dns', port: 53 },
        { name: 'dns-udp', port: 53, protocol: 'UDP' },
      ]),
    );
    const one = applied(leaf, KINDS.Service, service([{ name: 'dns', port: 53, targetPort: 5353 }]));
    expect(one.spec?.ports).toMatchObject([{ name: 'dns', port: 53, protocol: 'TCP', targetPort: 5353 }]);
    expect(one.spec?.ports).toHaveLength(1);
  });

  test('arguments and rules are replaced as a whole', () => {
    const withArgs = (...args: string[]) =>
      aDeployment({ template: podTemplate({ containers: [container('web', { args })] }) });
    applied(leaf, KINDS.Deployment, withArgs('a', 'b'));
    expect(applied(leaf, KINDS.Deployment, withArgs('c')).spec?.template.spec.containers[0].args).toEqual([
      'c',
    ]);
  });

  test('finalizers are a set', () => {
    applied(leaf, KINDS.ConfigMap, settings({}, { finalizers: ['a.example/x'] }), 'hub');
    applied(leaf, KINDS.ConfigMap, settings({}, { finalizers: ['b.example/y'] }), 'other');
    applied(leaf, KINDS.ConfigMap, settings({}), 'hub');
    expect(live(leaf, KINDS.ConfigMap, 'settings').metadata.finalizers).toEqual(['b.example/y']);
  });

  test('stringData of a Secret is applied, owned and removed as data', () => {
    const secret = (stringData: Record<string, string>) => ({ metadata: { name: 'key' }, stringData });
    applied(leaf, KINDS.Secret, secret({ a: 'x', b: 'y' }));
    const object = applied(leaf, KINDS.Secret, secret({ a: 'z' }));
    expect(object.data).toEqual({ a: Buffer.from('z').toString('base64') });
    expect(object).not.toHaveProperty('stringData');
  });

  test('null means not to care', () => {
    const object = applied(leaf, KINDS.ConfigMap, {
      metadata: { name: 'settings', creationTimestamp: null },
      data: null,
    });
    expect(object.data).toBeUndefined();
  });

  test('managedFields cannot be applied', () => {
    expect(() => applied(leaf, KINDS.ConfigMap, settings({}, { managedFields: [{}] }))).toThrow(
      'must be nil',
    );
  });
});
