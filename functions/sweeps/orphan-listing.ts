/** Everything in the cloud that may be of Hub's, of all clusters at once: few calls, however many clusters there are. */

import { CLUSTER_ID } from '../../shared/documents/fields.ts';
import { type ResourceKind, resourceKind } from '../../shared/documents/ledger.ts';
import { seconds } from '../../shared/units.ts';
import type { FoundBucket } from '../buckets.ts';
import { hostName } from '../clusters/host.ts';
import { recordLabel } from '../clusters/target.ts';
import { challengeName, type DnsRecord } from '../dns.ts';
import { asAppError, tellFailure } from '../failure.ts';
import { LABELS } from '../labels.ts';
import type { Listed } from '../listed.ts';
import { parseName } from '../names.ts';
import type { Ports } from '../ports.ts';
import type { FoundResource } from '../providers/provider.ts';

export interface Listing {
  /** When it was begun: what somebody found since need not be in it. */
  fromMs: number;
  found: readonly FoundResource[];
  /** The kinds that were listed: of the others nobody knows what is gone. */
  kinds: ReadonlySet<ResourceKind>;
  /** Places where Hub makes nothing, and names of buckets that are not as Hub's: of those nobody knows either. */
  missing: ReadonlySet<string>;
}

type Source = 'provider' | 'buckets' | 'dns';

/** Who tells of which kinds. */
const KINDS: Readonly<Record<Source, readonly ResourceKind[]>> = {
  provider: resourceKind.options.filter((kind) => kind !== 'bucket' && kind !== 'dns-record'),
  buckets: ['bucket'],
  dns: ['dns-record'],
};
const SOURCES = Object.keys(KINDS) as Source[];

/** One of many lists may fail in passing, and the next sweep is a quarter of an hour away. */
const TRIES = 4;
const AGAIN_MS = seconds(10);

/** What cannot be listed now is listed by the next sweep; the rest need not wait for it. */
export async function listEverything(ports: Ports): Promise<Listing> {
  const fromMs = ports.clock.now();
  const lists: Record<Source, () => Promise<Listed<FoundResource>>> = {
    provider: () => ports.provider.listAllOwned(),
    async buckets() {
      const { found, missing } = await ports.buckets.listAllBuckets();
      return { found: found.map(asResource), missing };
    },
    async dns() {
      const records = await ports.dns.listRecords(zoneOf(ports));
      return { found: records.flatMap((record) => recordOf(record, ports)), missing: [] };
    },
  };
  const answers = await Promise.all(SOURCES.map((source) => list(ports, source, lists[source])));
  const missing = new Set(answers.flatMap((answer) => answer?.missing ?? []));
  if (missing.size > 0) ports.log.info('listed without places', { detail: [...missing].join(', ') });
  return {
    fromMs,
    found: answers.flatMap((answer) => answer?.found ?? []),
    kinds: new Set(SOURCES.flatMap((source, index) => (answers[index] ? KINDS[source] : []))),
    missing,
  };
}

async function list(
  { clock, log }: Ports,
  source: Source,
  ask: () => Promise<Listed<FoundResource>>,
): Promise<Listed<FoundResource> | undefined> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (thrown) {
      const { code, row } = asAppError(thrown);
      if (code === 'BUG') throw thrown;
      if (row.retry !== 'free' || tries === TRIES) {
        tellFailure(log, 'orphans not listed', thrown, { service: source });
        return undefined;
      }
      await clock.sleepUntil(clock.after(AGAIN_MS * tries));
    }
  }
}

function asResource({ name, location, labels, createdAt }: FoundBucket): FoundResource {
  const clusterId = labels[LABELS.cluster];
  const origin = parseName(name) ?? (clusterId === undefined ? {} : { clusterId });
  return { kind: 'bucket', name, location, labels, createdAt, ...origin };
}

const zoneOf = ({ settings }: Ports): string => hostName(settings.zone);

/** Records have no labels and no time. The zone is Hub's own, and what its first label is tells of which cluster one is. */
function recordOf(record: DnsRecord, ports: Ports): FoundResource[] {
  const host = record.name.slice(0, -zoneOf(ports).length - 1);
  const id = host.slice(host.startsWith(challengeName('')) ? challengeName('').length : 0);
  if (!CLUSTER_ID.test(id)) return [];
  return [{ kind: 'dns-record', name: recordLabel(record), location: 'global', labels: {}, clusterId: id }];
}
