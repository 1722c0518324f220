/**
 * Gives an application its address: a record of its name, a certificate for it, and the way from the gateway to it. All of it is level-
 * based, so the same serves the first time, a renewal and a repair.
 */

import { isDeepStrictEqual } from 'node:util';
import type { CertificateState } from '../../shared/documents/cluster.ts';
import { AppError } from '../../shared/errors.ts';
import { minutes, seconds } from '../../shared/units.ts';
import { hostName } from '../clusters/host.ts';
import { isOvertaken } from '../clusters/read.ts';
import { asAppError } from '../failure.ts';
import { gatewayAddress } from '../leaf/install.ts';
import { type KubeMetadata, refOf } from '../leaf/leaf.ts';
import type { Ports } from '../ports.ts';
import { accessOf } from './access.ts';
import { ensureCertificate } from './certificate.ts';
import { exposureOf, GATEWAY } from './exposure.ts';
import { applyMembers, areMembersApplied } from './members.ts';
import type { Site } from './site.ts';

export type ExposureProgress =
  | { status: 'exposed'; certificate: CertificateState }
  | { status: 'pending'; forMs: number; detail: string; certificate?: CertificateState }
  | { status: 'refused'; detail: string; certificate: CertificateState };

const LOOK_AGAIN_MS = seconds(1);
/** A load balancer takes a minute or two. */
const ADDRESS_MS = minutes(10);
/** Short, because an address changes with the cluster and its gateway. */
const TTL_S = 60;

/**
 * Call again while `pending`, and some times if the authority `refused`. It is exposed once its page and its application answer by its
 * name and let no stranger in; should they let one in, the way is closed at once.
 * @throws AppError LOCK_FAILED, NO_ADDRESS, those of `Dns`, `Certificates`, `Leaf` and `Pachyderm`
 */
export async function ensureExposed(site: Site): Promise<ExposureProgress> {
  const { cluster, host, leaf, ports, product } = site;
  const address = await gatewayAddress(leaf);
  if (address === undefined) {
    if (ports.clock.elapsed(cluster.since.getTime()) > ADDRESS_MS) throw new AppError('NO_ADDRESS');
    return { status: 'pending', forMs: LOOK_AGAIN_MS, detail: 'Waiting for a public address.' };
  }
  const record = { name: hostName(host), type: 'A' as const, ttlS: TTL_S, values: [address] };
  const [asked, progress] = await Promise.all([ports.dns.ensureRecord(record), ensureCertificate(site)]);
  if (progress.status !== 'held') return progress;
  const { certificate } = progress;
  // The leaf tells again what it holds. But a document that knows another one would take this one for somebody else's.
  const toRemember = cluster.certificate?.fingerprint === undefined ? {} : { certificate };
  // They were applied when it was locked; since then some may have come or gone.
  if (!(await areMembersApplied(site)) && (await applyMembers(site)) === 'renewing') {
    return { status: 'pending', forMs: LOOK_AGAIN_MS, detail: 'It is restarting.', ...toRemember };
  }
  const applied: KubeMetadata[] = [];
  for (const object of exposureOf(host, product)) applied.push(await leaf.apply(object));
  // Nobody may look before: a name that was not found is remembered as such. The certificate took its time, which may have been enough.
  if (asked === 'pending' && (await ports.dns.ensureRecord(record)) === 'pending') {
    return {
      status: 'pending',
      forMs: LOOK_AGAIN_MS,
      detail: 'Its DNS name is being published.',
      ...toRemember,
    };
  }
  const trouble = await visit(site, applied);
  return trouble === undefined
    ? { status: 'exposed', certificate }
    : { status: 'pending', forMs: LOOK_AGAIN_MS, detail: trouble, ...toRemember };
}

/** @returns why it does not answer (yet) */
async function visit(site: Site, applied: readonly KubeMetadata[]): Promise<string | undefined> {
  try {
    const leak = await accessOf(site).visit(site);
    if (leak === undefined) return undefined;
    if (isBeingTold(applied, site.ports)) return 'Its gateway is being told what to let through.';
    throw new AppError('LOCK_FAILED', leak);
  } catch (thrown) {
    const { code, detail = '' } = asAppError(thrown);
    if (code === 'LOCK_FAILED') await ensureClosed(site);
    if (code !== 'LEAF_UNAVAILABLE') throw thrown;
    return `It does not answer by its name yet: ${detail}`;
  }
}

/**
 * Whether what was applied may not have come to the gateway yet: the control plane waits up to 10 s for more, and then tells it.
 * https://istio.io/latest/docs/reference/commands/pilot-discovery/#envvars (PILOT_DEBOUNCE_MAX)
 */
const isBeingTold = (applied: readonly KubeMetadata[], { clock }: Ports): boolean =>
  applied
    .flatMap(({ metadata }) => metadata.managedFields ?? [])
    .some(({ time = '' }) => clock.elapsed(Date.parse(time)) < TOLD_WITHIN_MS);

const TOLD_WITHIN_MS = seconds(30);

/**
 * Whether the way in is as `ensureExposed` leaves it, whatever answers at its end.
 * @throws AppError those of `Dns` and `Leaf`
 */
export async function isExposed({ host, leaf, ports, product }: Site): Promise<boolean> {
  const [address, record, ...there] = await Promise.all([
    gatewayAddress(leaf),
    ports.dns.findRecord({ name: hostName(host), type: 'A' }),
    ...exposureOf(host, product).map(async (object) => {
      const found = await leaf.find(refOf(object));
      return isDeepStrictEqual(found?.spec, object.spec);
    }),
  ]);
  return address !== undefined && record?.values.join() === address && there.every(Boolean);
}

/**
 * Nobody listens any more, unless the cluster has moved on since it was read: whoever moved it has proven the lock since then, and it may be
 * in use.
 * @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED; CommitError `unavailable`
 */
export async function ensureClosed({ cluster, leaf, ports }: Site): Promise<void> {
  if (!(await isOvertaken(cluster, ports))) await leaf.delete(GATEWAY);
}
