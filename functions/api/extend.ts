/**
 * The end of a cluster is put off. It is said in hours from now, as the lifetime was said that it began with, and not in hours more: a
 * request that is sent twice, or by two owners at once, adds nothing twice, and needs no key.
 */
import { clusterReply, type ExtendBody, extendBody } from '../../shared/api/clusters.ts';
import type { Cluster } from '../../shared/documents/cluster.ts';
import { AppError } from '../../shared/errors.ts';
import { ENDING } from '../../shared/lifecycle/derive.ts';
import { SAME_END_MINUTES } from '../../shared/limits.ts';
import { hours, minutes } from '../../shared/units.ts';
import { REFUSED_TO_MAKE, requireGoodAccounts } from '../accounts/standing.ts';
import type { Clock } from '../cloud.ts';
import { type Change, command } from '../dispatch/commands.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { toReply } from './reply.ts';
import { accepted, requireCluster, SENT_WHEN_ACCEPTED } from './require-cluster.ts';

const extend = endpoint<ExtendBody>({
  name: 'POST /v1/clusters/{id}:extend',
  summary:
    'Put off the end of a cluster with a lifetime, to so many hours from now. It never ends sooner by this, and a repetition changes nothing.',
  status: 202,
  reply: clusterReply,
  sends: SENT_WHEN_ACCEPTED,
  refuses: [
    'OWNER_ONLY',
    ...REFUSED_TO_MAKE,
    'OWNER_HELD',
    'OWNER_SUSPENDED',
    'NO_LIFETIME',
    'LIFETIME_OVER',
    'ENDS_LATER',
    'NOT_ACCEPTED_IN_STATE',
    'CONFLICT',
  ],
  body: extendBody,
  async handle(call) {
    const { ports, id, principal, authorize, body } = call;
    const { uid } = principal();
    const found = await requireCluster(call);
    // It goes on costing whoever it counts for, who may be another one.
    await requireGoodAccounts(ports, uid, found.cluster.owner, 'make');
    const cluster = await command(ports, id, 'extend', uid, {
      guard(read) {
        authorize(read);
        if (ENDING.has(read.state)) throw new AppError('LIFETIME_OVER');
        if (read.spec.ttlHours === undefined) throw new AppError('NO_LIFETIME');
      },
      change: (read) => extended(read, body.ttlHours, ports.clock),
    });
    const isChanged = cluster.epoch !== found.cluster.epoch;
    const updateTime = isChanged ? new Date(ports.clock.now()) : found.updateTime;
    return accepted(toReply(cluster, ports.clock, updateTime));
  },
});

export const EXTEND_ENDPOINTS: readonly Endpoint[] = [extend];

/**
 * A request that comes again is answered by the clock of another instance, too: by so much it may seem to ask for an end that is sooner,
 * and is none the less a repetition. Cloud time.
 */
const REPETITION_MS = minutes(SAME_END_MINUTES);

/** @throws AppError NO_LIFETIME, ENDS_LATER */
function extended(read: Cluster, ttlHours: number, clock: Pick<Clock, 'now' | 'after'>): Change | undefined {
  const { expiresAt, spec, specVersion } = read;
  if (expiresAt === undefined) throw new AppError('NO_LIFETIME');
  const endsAt = new Date(clock.after(hours(ttlHours)));
  const laterMs = endsAt.getTime() - expiresAt.getTime();
  if (Math.abs(laterMs) < clock.after(REPETITION_MS) - clock.now()) return undefined;
  if (laterMs < 0) throw new AppError('ENDS_LATER', `It ends on ${inWords(expiresAt)}.`);
  return {
    patch: { expiresAt: endsAt, spec: { ...spec, ttlHours }, specVersion: specVersion + 1 },
    note: `Its lifetime was extended: it ends on ${inWords(endsAt)}.`,
    reason: `until ${endsAt.toISOString()}`,
  };
}

const inWords = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' at ')} UTC`;
