/**
 * Lives of clusters that together need every permission of every function, each of them for something. They are told step by step and come
 * out the same every time; what chance makes of clusters is seen in the simulation.
 */
import { CERTIFICATE_SECRET, GATEWAY } from '../../../functions/access/exposure.ts';
import { installationOf } from '../../../functions/access/installation.ts';
import { CommitError } from '../../../functions/cloud.ts';
import { GATEWAY_SERVICE } from '../../../functions/leaf/install.ts';
import { installJob, jobRef } from '../../../functions/leaf/manifests.ts';
import { ensureClient } from '../../../functions/oidc/clients.ts';
import type { Interior } from '../../../local/memory/interiors.ts';
import { AppError } from '../../../shared/errors.ts';
import { stepTopic, TOPICS } from '../../../shared/messages.ts';
import { hours, minutes, seconds } from '../../../shared/units.ts';
import { codeOf, createBrowser, exchange } from '../../oidc.ts';
import { Heard } from './calls.ts';
import {
  AUTH_SECRET,
  bucketOf,
  deployment,
  elsewhere,
  type Living,
  leaveBehind,
  living,
  makeLate,
  openElsewhere,
  populate,
  putFile,
  storeLate,
  strip,
} from './living.ts';

interface Life {
  /** The whole model of Kubernetes where the sketch has too few kinds. */
  inside?: Interior;
  live(hub: Living): Promise<void>;
}

let heard: Promise<Heard> | undefined;

/** What the functions needed in all lives. Heard once, for that does not depend on what they may. */
export function heardInLives(): Promise<Heard> {
  heard ??= (async () => {
    const all = new Heard();
    for (const { inside = 'sketch', live } of Object.values(LIVES)) await live(living(all, inside));
    return all;
  })();
  return heard;
}

const HELLO = { product: 'hello' } as const;
const MINE = { body: { name: 'mine' } };

const killed = (): Promise<never> => Promise.reject(new Error('the process was killed'));
const away = (): Promise<never> =>
  Promise.reject(new CommitError('unavailable', 'the database does not answer'));
const silent = (): Promise<never> => Promise.reject(new AppError('LEAF_UNAVAILABLE', 'it does not answer'));

const foundOpen = (): Promise<never> => Promise.reject(new AppError('LOCK_FAILED', 'it asks nobody'));

/** Grace, who has just joined, leaves again while that step tells the application of her. */
const isLeftDuring = (hub: Living, id: string, step: string): void =>
  hub.before(stepTopic(step), 'pachyderm.setMembers', () => hub.leave(id, 'grace'));

const LIVES: Readonly<Record<string, Life>> = {
  'from its making to its end, with people at work in it': {
    inside: 'kubernetes',
    async live(hub) {
      const id = await hub.created();
      await hub.share(id, 'grace', 'owner');
      await hub.reach(id, 'ready');
      await hub.share(id, 'grace');
      await hub.reach(id, 'ready');
      await populate(hub, id);
      putFile(hub, { id });
      await hub.delete(id);
      await hub.reach(id, 'deleted');
    },
  },

  'deleted while it is made, where a stranger has its bucket': {
    async live(hub) {
      const id = await hub.create(HELLO);
      hub.storage.insertBucket(bucketOf({ id }), {}, 'somebody-else');
      await hub.clock.runFor(seconds(20));
      await hub.delete(id);
      await hub.reach(id, 'deleted');
    },
  },

  'made in the third zone, while the first one answers late': {
    async live(hub) {
      hub.faults.force('stockout', { times: 2 });
      hub.faults.force('range-untold');
      const id = await hub.create(HELLO);
      openElsewhere(hub, { id });
      // The order of a certificate is forgotten, and another one has another proof.
      hub.before(stepTopic('provision'), 'documents.commit', killed);
      await hub.run(hub.ports.dns.ensureRecord(elsewhere(hub, id)));
      await hub.until(async () => (await hub.cluster(id)).exhausted.length === 1);
      const cluster = await hub.cluster(id);
      const [first] = cluster.exhausted;
      await hub.until(() => hub.cloudClusters().every(({ location }) => location !== first));
      makeLate(hub, cluster, first);
      await hub.reach(id, 'ready');
    },
  },

  'sent back to the queue by a cloud that leaves something behind': {
    async live(hub) {
      hub.faults.force('stockout', { times: 2 });
      hub.faults.force('quota', { times: 1, subject: 'europe-west1 operation' });
      const id = await hub.create(HELLO);
      hub.faults.force('leak', { times: 2, subject: `hub-${id}-g1` });
      await hub.until(async () => (await hub.cluster(id)).error?.code === 'CLOUD_QUOTA', hours(1));
      await hub.until(async () => (await hub.cluster(id)).state === 'queued', hours(1));
    },
  },

  'never made': {
    async live(hub) {
      hub.faults.force('stuck-operation', { subject: 'CREATE_CLUSTER' });
      const id = await hub.create(HELLO);
      await hub.reach(id, 'failed');
    },
  },

  'never installed': {
    async live(hub) {
      hub.faults.force('job-fails');
      const id = await hub.create(HELLO);
      await hub.reach(id, 'failed');
    },
  },

  'without an address when it is made, and when it is repaired': {
    async live(hub) {
      const id = await hub.created(HELLO);
      const leaf = await hub.leaf(id);
      hub.faults.force('no-address');
      await leaf.delete(GATEWAY_SERVICE);
      await hub.clock.runFor(minutes(5));
      const { apiVersion, kind, ...metadata } = GATEWAY_SERVICE;
      await leaf.apply({ apiVersion, kind, metadata, spec: { type: 'LoadBalancer' } });
      await leaf.delete({ ...deployment('hello'), namespace: 'hello' });
      hub.faults.force('job-fails');
      await hub.look(id);
      await hub.until(async () => (await hub.cluster(id)).error !== undefined, hours(2));
      hub.faults.clear('job-fails');
      await hub.reach(await hub.create(HELLO), 'failed');
    },
  },

  'made and repaired while the installer of a Hub of before is at work': {
    async live(hub) {
      const id = await hub.create();
      const isReplaced = async (round?: string): Promise<void> => {
        const place = await hub.site(id);
        await place.leaf.delete(jobRef(await installationOf(place, round)));
        await place.leaf.apply(installJob(await installationOf(place, 'before')));
        await hub.run(hub.ports.messages.publish(TOPICS.hint, { schema: 1, cluster: id }));
      };
      await hub.reach(id, 'installing', { stepMs: 50 });
      await hub.clock.runFor(seconds(10));
      await isReplaced();
      await hub.reach(id, 'ready');
      await (await hub.leaf(id)).delete(deployment('console'));
      await hub.look(id);
      await isReplaced(`repair-${(await hub.cluster(id)).since.getTime()}`);
      await hub.reach(id, 'ready');
    },
  },

  'a spare that is broken when it is handed over, and leaves everything behind': {
    inside: 'kubernetes',
    async live(hub) {
      await hub.pool(1);
      const [id = ''] = await hub.spares();
      await populate(hub, id);
      putFile(hub, { id });
      await (await hub.leaf(id)).delete(deployment('pachd'));
      await hub.clock.runFor(minutes(2));
      await hub.pool(0);
      await hub.ask(hub.tokenOf('ada'), 'POST', '/v1/clusters', MINE);
      await hub.reach(id, 'undoing');
      leaveBehind(hub, { id });
      await hub.reach(id, 'failed');
    },
  },

  'found open when it is shared, and when it is handed over': {
    async live(hub) {
      const id = await hub.created();
      hub.before(stepTopic('share'), 'pachyderm.setMembers', foundOpen);
      await hub.share(id, 'grace', 'viewer');
      await hub.reach(id, 'ready');
      await hub.pool(1);
      const [spare = ''] = await hub.spares();
      await hub.pool(0);
      hub.before(stepTopic('personalize'), 'pachyderm.setMembers', foundOpen);
      await hub.ask(hub.tokenOf('ada'), 'POST', '/v1/clusters', MINE);
      await hub.reach(spare, 'failed');
    },
  },

  'a spare whose new owner changes her mind, and another that nobody wants': {
    async live(hub) {
      await hub.pool(1);
      const [id = ''] = await hub.spares();
      await (await hub.leaf(id)).delete(AUTH_SECRET);
      await hub.ask(hub.tokenOf('ada'), 'POST', '/v1/clusters', MINE);
      await hub.run(hub.join(id, 'grace'));
      isLeftDuring(hub, id, 'personalize');
      await hub.reach(id, 'ready');
      await hub.pool(0);
      await hub.clock.runFor(hours(1));
    },
  },

  'locked and exposed while members come and go': {
    async live(hub) {
      for (const role of ['editor', 'owner'] as const) {
        const locked = await hub.create();
        await hub.reach(locked, 'securing', { stepMs: 50 });
        const leaf = await hub.leaf(locked);
        hub.before(stepTopic('secure'), 'pachyderm.signIn', () => leaf.delete(AUTH_SECRET));
        // Whoever tells of the members finds her when it reads once more, and that she has left when she was made one and the lock was proven.
        const secure = stepTopic('secure');
        hub.before(secure, 'pachyderm.setMembers', async () => {
          await hub.join(locked, 'grace', role);
          hub.before(secure, 'pachyderm.setMembers', async () =>
            hub.before(secure, 'pachyderm.proveLocked', async () =>
              hub.before(secure, 'pachyderm.signOut', () => hub.leave(locked, 'grace')),
            ),
          );
        });
        await hub.reach(locked, 'ready');
      }
      const exposed = await hub.create();
      await hub.reach(exposed, 'exposing', { stepMs: 50 });
      await hub.run(hub.join(exposed, 'grace'));
      isLeftDuring(hub, exposed, 'expose');
      await hub.reach(exposed, 'ready');
    },
  },

  'silent while its members change': {
    async live(hub) {
      const id = await hub.created();
      await (await hub.leaf(id)).delete(AUTH_SECRET);
      hub.before(stepTopic('share'), 'pachyderm.inside', silent);
      await hub.share(id, 'grace', 'editor');
      await hub.reach(id, 'ready');
    },
  },

  'open to strangers, and closed': {
    async live(hub) {
      const made = await hub.create();
      await hub.reach(made, 'exposing', { stepMs: 50 });
      (await hub.pachd(made)).bindings = {};
      await hub.reach(made, 'failed');
      const used = await hub.created();
      (await hub.pachd(used)).bindings = {};
      await hub.look(used);
      await hub.reach(used, 'ready');
    },
  },

  'repaired again and again': {
    async live(hub) {
      hub.faults.force('range-untold');
      const id = await hub.created();
      openElsewhere(hub, { id });
      const leaf = await hub.leaf(id);
      const mended = async (): Promise<void> => {
        await hub.look(id);
        await hub.reach(id, 'ready');
      };
      await leaf.delete(deployment('console'));
      await strip(hub, id);
      await mended();
      await leaf.delete(GATEWAY);
      await leaf.delete(CERTIFICATE_SECRET);
      await hub.run(hub.ports.dns.ensureNoRecord(elsewhere(hub, id)));
      await mended();
      await hub.run(hub.ports.dns.ensureRecord(elsewhere(hub, id)));
      await hub.clock.runFor(minutes(2));
      await mended();
      await leaf.delete(AUTH_SECRET);
      // However long it takes: who comes in the middle of it goes at the end of it, and who was there goes as well.
      hub.before(stepTopic('repair'), 'pachyderm.setMembers', async () => {
        await hub.join(id, 'grace');
        isLeftDuring(hub, id, 'repair');
      });
      await mended();
      await hub.share(id, 'grace', 'owner');
      await hub.reach(id, 'ready');
      await leaf.delete(AUTH_SECRET);
      isLeftDuring(hub, id, 'repair');
      await mended();
      await leaf.delete(deployment('console'));
      hub.faults.force('job-fails');
      await mended();
    },
  },

  'beyond repair': {
    async live(hub) {
      const id = await hub.created();
      hub.faults.force('pod-crash');
      await hub.restart(id, 'pachd');
      await hub.look(id);
      // Of all that stand.
      await hub.run(hub.ports.messages.publish(TOPICS.drift, { schema: 1 }));
      await hub.clock.runFor(minutes(1));
    },
  },

  'come back while it is proven gone': {
    async live(hub) {
      const id = await hub.created(HELLO);
      const cluster = await hub.cluster(id);
      await hub.delete(id);
      await hub.reach(id, 'deprovisioning');
      await storeLate(hub, cluster);
      await hub.reach(id, 'sweeping');
      await hub.clock.runFor(minutes(7));
      await storeLate(hub, cluster);
      leaveBehind(hub, cluster);
      makeLate(hub, cluster);
      // It cannot be taken away for so long that an operator has to see to it.
      for (const kind of ['disks', 'addresses', 'forwardingRules', 'targetPools', 'httpHealthChecks'])
        hub.faults.force('unavailable', { subject: `${kind}.delete` });
      await hub.reach(id, 'stuck');
      hub.faults.clear();
      await hub.retry(id);
      await hub.reach(id, 'deleted');
    },
  },

  'come back after that': {
    async live(hub) {
      const id = await hub.created(HELLO);
      const cluster = await hub.cluster(id);
      await hub.delete(id);
      await hub.reach(id, 'deleted');
      hub.faults.force('stuck-operation', { times: 1 });
      makeLate(hub, cluster);
      leaveBehind(hub, cluster);
      await hub.until(() => hub.objects() === 0);
      await storeLate(hub, cluster);
      await hub.until(() => hub.objects() === 0);
    },
  },

  'room for one at a time, and for an hour': {
    async live(hub) {
      await hub.allow('ada', 1);
      const ada = hub.tokenOf('ada');
      const body = { name: 'mine', product: 'hello', ttlHours: 1 };
      for (let count = 0; count < 2; count++) await hub.ask(ada, 'POST', '/v1/clusters', { body });
      await hub.clock.runFor(hours(2));
    },
  },

  'without a database, and given up': {
    async live(hub) {
      const id = await hub.created(HELLO);
      const { hint, signal, durations, orphans, topUp, deadLetter } = TOPICS;
      for (const name of [hint, signal, durations, orphans, topUp, deadLetter])
        for (const site of ['documents.get', 'documents.query', 'documents.commit'])
          hub.before(name, site, away);
      const incident = {
        incident_id: '0.1',
        state: 'open',
        policy_user_labels: { hub_signal: 'busy' },
        resource: { labels: { cluster_name: `hub-${id}-g1` } },
      };
      await hub.run(hub.ports.messages.publish(signal, { incident }));
      await hub.run(hub.ports.messages.publish(hint, { schema: 1, cluster: id }));
      hub.before(stepTopic('share'), 'documents.commit', killed, Number.POSITIVE_INFINITY);
      await hub.share(id, 'grace', 'editor');
      await hub.until(async () => (await hub.cluster(id)).parked !== undefined);
    },
  },

  'its owner leaves, and a member of it': {
    async live(hub) {
      const hers = await hub.created(HELLO);
      const theirs = await hub.created({ ...HELLO, owner: 'grace' });
      await hub.run(hub.join(theirs, 'ada'));
      await hub.reach(theirs, 'ready');
      await hub.deleteAccount('ada');
      await hub.reach(hers, 'deleted');
    },
  },

  'shared with guests who come by themselves': {
    async live(hub) {
      const ada = hub.tokenOf('ada');
      const id = await hub.created({ owner: 'ada' });
      const path = `/v1/clusters/${id}`;
      const member = (uid: string): string => `${path}/members/${uid}%40example.com`;
      const credentials = (token: string, kind: string): Promise<Response> =>
        hub.ask(token, 'GET', `${path}/credentials?kind=${kind}`);
      const role = { body: { role: 'viewer' } };
      await hub.ask(ada, 'PUT', member('grace'), role);
      await hub.ask(ada, 'PUT', member('linus'), role);
      await hub.ask(hub.tokenOf('grace'), 'GET', '/v1/me');
      await hub.ask(hub.tokenOf('linus'), 'GET', '/v1/me');
      await hub.ask(ada, 'DELETE', member('linus'));
      await credentials(ada, 'kubeconfig');
      await credentials(ada, 'pachctl');
      const signIns = hub.signIns();
      const client = await hub.run(ensureClient(hub.ports, id));
      const request = new URLSearchParams({
        client_id: client.clientId,
        redirect_uri: client.redirectUri,
        response_type: 'code',
        scope: 'openid profile email',
      });
      const location = await createBrowser(signIns).signIn(request, ada);
      await exchange(signIns, client, { code: codeOf(location), redirect_uri: client.redirectUri });
      const grace = hub.tokenOf('grace');
      await createBrowser(signIns).signIn(request, grace);
      // Whose first door of Hub's is the cluster's own.
      await hub.ask(ada, 'PUT', member('edsger'), role);
      await createBrowser(signIns).signIn(request, hub.tokenOf('edsger'));
      // Her address is another one by now, which the application has to hear first.
      await credentials(hub.tokenOf('grace', 'grace@example.org'), 'kubeconfig').catch(() => undefined);
      await hub.until(async () => (await hub.cluster(id)).emails.grace === 'grace@example.org');
    },
  },
};
