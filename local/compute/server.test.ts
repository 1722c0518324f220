import { afterEach, beforeEach, expect, test } from 'vitest';
import { seconds } from '../../shared/units.ts';
import { aWorld } from '../a-world.ts';
import { type VirtualClock, virtualClock } from '../clock.ts';
import type { Face, World } from '../service.ts';
import { type ComputeModel, createComputeModel } from './model.ts';
import { serveCompute } from './server.ts';

let clock: VirtualClock;
let world: World;
let model: ComputeModel;
let face: Face;

beforeEach(async () => {
  clock = virtualClock();
  world = aWorld({ projectId: 'p', clock });
  model = createComputeModel(world);
  face = await serveCompute(world, 0, model);
});
afterEach(() => face.close());

const ask = async (
  method: string,
  path: string,
  content?: object,
): Promise<{ status: number; body: Record<string, unknown> }> => {
  const reply = await fetch(`http://127.0.0.1:${face.port}/compute/v1/projects/p/${path}`, {
    method,
    ...(content && { body: JSON.stringify(content) }),
  });
  return { status: reply.status, body: (await reply.json()) as Record<string, unknown> };
};

test('an aggregated list groups by location, and comes in pages', async () => {
  for (const [name, location] of [
    ['a', 'europe-west1-b'],
    ['b', 'europe-west1-b'],
    ['c', 'us-east1-c'],
  ] as const) {
    model.create('disk', { name, location, labels: { env: 'dev' } });
  }
  model.create('disk', { name: 'd', location: 'us-east1-c' });
  const filter = encodeURIComponent('labels.env=dev');
  const first = await ask('GET', `aggregated/disks?filter=${filter}&maxResults=2`);
  expect(first.body).toMatchObject({
    kind: 'compute#diskAggregatedList',
    items: { 'zones/europe-west1-b': { disks: [{ name: 'a' }, { name: 'b' }] } },
    nextPageToken: '2',
  });
  const second = await ask('GET', `aggregated/disks?filter=${filter}&maxResults=2&pageToken=2`);
  expect(second.body.items).toMatchObject({
    'zones/us-east1-c': { disks: [{ name: 'c' }] },
    global: { warning: { code: 'NO_RESULTS_ON_PAGE' } },
  });
  expect(second.body).not.toHaveProperty('nextPageToken');
  expect(model.calls.get('disks.aggregatedList')).toBe(2);
});

test('an aggregated list lacks what is away if it may, and is refused if not', async () => {
  model.create('disk', { name: 'a', location: 'europe-west1-b' });
  model.create('disk', { name: 'b', location: 'us-east1-c' });
  world.faults.force('unreachable', { subject: 'us-east1-c' });
  const { status, body } = await ask('GET', 'aggregated/disks?returnPartialSuccess=true');
  expect(status).toBe(200);
  expect(body.items).toMatchObject({
    'zones/europe-west1-b': { disks: [{ name: 'a' }] },
    'zones/us-east1-c': { warning: { code: 'UNREACHABLE' } },
  });
  expect((await ask('GET', 'aggregated/disks')).status).toBe(503);
  // There is nothing of these in a zone.
  expect((await ask('GET', 'aggregated/addresses')).status).toBe(200);
});

test('addresses and rules are regional or global, firewalls global', async () => {
  model.create('address', { name: 'here', location: 'europe-west1' });
  model.create('address', { name: 'everywhere', location: 'global' });
  model.create('firewall', { name: 'wall', location: 'global', targetTags: ['nodes'] });
  expect((await ask('GET', 'regions/europe-west1/addresses/here')).body.name).toBe('here');
  expect((await ask('GET', 'global/addresses/everywhere')).body.status).toBe('RESERVED');
  expect((await ask('GET', 'global/firewalls')).body.items).toMatchObject([
    { kind: 'compute#firewall', name: 'wall', targetTags: ['nodes'] },
  ]);
});

test('a firewall is made by REST, once, and only if it is one', async () => {
  const wall = {
    name: 'wall',
    network: 'global/networks/hub',
    sourceRanges: ['10.0.0.2/32'],
    targetTags: ['nodes'],
    allowed: [{ IPProtocol: 'tcp', ports: ['15017'] }],
  };
  expect(await ask('POST', 'global/firewalls', wall)).toMatchObject({
    status: 200,
    body: { kind: 'compute#operation', operationType: 'insert' },
  });
  expect((await ask('GET', 'global/firewalls/wall')).body).toMatchObject({ ...wall, direction: 'INGRESS' });
  expect(await ask('POST', 'global/firewalls', wall)).toMatchObject({
    status: 409,
    body: { error: { errors: [{ reason: 'alreadyExists' }] } },
  });
  for (const fault of [{ name: 'W' }, { network: 'hub' }, { sourceRanges: ['10.0.0.2'] }, { allowed: [] }]) {
    const { status } = await ask('POST', 'global/firewalls', { ...wall, name: 'other', ...fault });
    expect(status).toBe(400);
  }
  expect((await ask('POST', 'zones/europe-west1-b/disks', { name: 'disk' })).status).toBe(404);
});

test('what is deleted is listed until it is gone, also after a restart', async () => {
  model.create('disk', { name: 'a', location: 'europe-west1-b' });
  expect((await ask('DELETE', 'zones/europe-west1-b/disks/a')).body).toMatchObject({
    kind: 'compute#operation',
    operationType: 'delete',
  });
  expect((await ask('GET', 'zones/europe-west1-b/disks/a')).body.status).toBe('DELETING');
  expect((await ask('DELETE', 'zones/europe-west1-b/disks/a')).body).toMatchObject({
    error: { code: 400, errors: [{ reason: 'resourceNotReady' }] },
  });
  model.close();
  const again = createComputeModel(world);
  await clock.runFor(seconds(60));
  expect(again.all()).toEqual([]);
});

test('refusals have the shape of the real ones', async () => {
  model.create('disk', { name: 'a', location: 'europe-west1-b', users: ['instances/x'] });
  model.create('address', { name: 'lb', location: 'europe-west1' });
  model.create('forwarding-rule', { name: 'lb', location: 'europe-west1' });
  expect(await ask('GET', 'zones/europe-west1-b/disks/none')).toMatchObject({
    status: 404,
    body: {
      error: {
        code: 404,
        message: "The resource 'projects/p/zones/europe-west1-b/disks/none' was not found",
        errors: [{ reason: 'notFound' }],
      },
    },
  });
  const inUse = { error: { code: 400, errors: [{ reason: 'resourceInUseByAnotherResource' }] } };
  expect((await ask('DELETE', 'zones/europe-west1-b/disks/a')).body).toMatchObject(inUse);
  const address = await ask('DELETE', 'regions/europe-west1/addresses/lb');
  expect(address.body).toMatchObject(inUse);
  expect(JSON.stringify(address.body)).toContain('The address resource');
  expect((await ask('GET', 'aggregated/disks?filter=nonsense')).status).toBe(400);
  expect((await ask('POST', 'aggregated/disks')).status).toBe(404);
  expect((await ask('GET', 'aggregated/instances')).status).toBe(404);
});

test('a call may be refused, or be carried out and its reply lost', async () => {
  model.create('disk', { name: 'a', location: 'europe-west1-b' });
  world.faults.force('unavailable', { times: 1, subject: 'disks.delete' });
  expect((await ask('DELETE', 'zones/europe-west1-b/disks/a')).status).toBe(503);
  expect(model.all()[0]).not.toHaveProperty('goneAtMs');
  world.faults.force('reply-lost', { times: 1, subject: 'disks.delete' });
  expect((await ask('DELETE', 'zones/europe-west1-b/disks/a')).status).toBe(503);
  await clock.runFor(seconds(60));
  expect(model.all()).toEqual([]);
});
