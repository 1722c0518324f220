import { expect, test } from 'vitest';
import { webhookFirewall } from './firewall.ts';
import { clusterBody } from './request.ts';

const target = { id: 'abcdefgh234567ab', generation: 3 };
const settings = { projectId: 'hub-test', network: 'hub' };

test('only the one control plane reaches only the webhooks, on only the nodes of the one cluster', () => {
  const rule = webhookFirewall(target, '172.16.0.0/28', settings);
  expect(rule).toMatchObject({
    name: 'hub-abcdefgh234567ab-g3-webhooks',
    direction: 'INGRESS',
    sourceRanges: ['172.16.0.0/28'],
    targetTags: ['hub-abcdefgh234567ab-g3'],
    allowed: [{ IPProtocol: 'tcp', ports: ['15017'] }],
  });
  const body = clusterBody(
    { ...target, location: 'a-b1-c', region: 'a-b1', machineType: 'e2-medium', nodes: 1, diskGiB: 50 },
    { ...settings, cell: 'test', zones: {}, nodeServiceAccount: 'nodes' },
  );
  expect(body.nodePools?.[0]?.config?.tags).toEqual(rule.targetTags);
});

test('a network is a path, also where only its name is known', () => {
  const path = 'projects/host/global/networks/shared';
  expect(webhookFirewall(target, '10.0.0.2/32', settings).network).toBe(
    'projects/hub-test/global/networks/hub',
  );
  expect(webhookFirewall(target, '10.0.0.2/32', { ...settings, network: path }).network).toBe(path);
});
