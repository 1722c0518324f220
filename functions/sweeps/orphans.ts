/**
 * Cloud objects that no live document claims: a create that landed after its cluster was given up, a part that the cloud did not take away.
 * It lists everything of Hub's that the cloud has, reads the documents after that, so that whatever is being made is claimed, and deletes
 * what is provably Hub's and nobody's. Each find is a document of its own before anything is done about it.
 */

import { priceOfResource } from '../../shared/catalog/catalog.ts';
import { DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';
import {
  OPEN_ORPHANS,
  ORPHANS,
  type Orphan,
  type OrphanFields,
  orphanDocument,
  orphanPath,
  withKey,
} from '../../shared/documents/orphan.ts';
import { describe } from '../../shared/lifecycle/transition.ts';
import { days, minutes } from '../../shared/units.ts';
import { atOnce } from '../at-once.ts';
import { CommitError, type DocumentData, type Write } from '../cloud.ts';
import { parseRecordLabel } from '../clusters/target.ts';
import { commitOwn, readableDocuments } from '../documents.ts';
import { asAppError, tellFailure } from '../failure.ts';
import type { Ports } from '../ports.ts';
import type { FoundResource } from '../providers/provider.ts';
import { type Claims, isClaimed, readClaims } from './orphan-claims.ts';
import { listEverything } from './orphan-listing.ts';
import { type Found, isProven, type OrphanPlan, ofThisCell, planDoubts, planOrphans } from './orphan-plan.ts';

/** Reads, and then deletions, at a time. */
const AT_ONCE = 8;
/** No deletion is begun later in the function's five minutes; the next sweep goes on. */
const DELETING_MS = minutes(3);
/** For how long one can look up what leaked. */
const KEEP_GONE_MS = days(90);

/** @throws CommitError `unavailable`; what is left undone is done by the next one */
export async function sweepOrphans(ports: Ports): Promise<void> {
  const { clock, settings } = ports;
  const lastStartAtMs = clock.afterWork(DELETING_MS);
  const listed = await listEverything(ports);
  const listing = { ...listed, found: ofThisCell(listed.found, settings.cell) };
  const known = await openOrphans(ports);
  const moment = { nowMs: clock.now(), elapsed: clock.elapsed };
  const claims = new Map<string, Claims>();
  await atOnce(AT_ONCE, planDoubts(listing, known, settings.cell, moment), async (id) => {
    claims.set(id, await readClaims(ports, id));
  });
  const plan = planOrphans(listing, claims, known, settings.cell, moment);
  await record(ports, plan);
  const knownByKey = new Map(known.map((orphan) => [orphan.key, orphan]));
  await atOnce(AT_ONCE, groupsOf(plan.remove), async (group) => {
    let hasFailed = false;
    for (const one of group) {
      if (clock.now() > lastStartAtMs) return;
      // What it speaks of has to be found once more.
      if (one.resource.evidence && hasFailed) return;
      if (!(await remove(ports, one, knownByKey.get(one.key), lastStartAtMs))) hasFailed = true;
    }
  });
  ports.metrics.record('sweptAt', clock.now() / 1000, { sweep: 'orphans' });
}

async function openOrphans(ports: Ports): Promise<Orphan[]> {
  const found = await ports.documents.query({
    collection: ORPHANS,
    where: [['state', 'in', [...OPEN_ORPHANS]]],
  });
  return readableDocuments(ports, found, orphanDocument).map(withKey);
}

async function record(ports: Ports, { report, restate, gone }: OrphanPlan): Promise<void> {
  const now = new Date(ports.clock.now());
  await atOnce(AT_ONCE, report, async ({ key, resource, state, owner }) => {
    const { kind, name, location, clusterId, createdAt, extent } = resource;
    const { hourlyMicros } = priceOfResource(kind, extent);
    const orphan: OrphanFields = {
      schema: DOCUMENT_SCHEMA,
      kind,
      name,
      location,
      ...(clusterId !== undefined && { clusterId }),
      ...(owner !== undefined && { owner }),
      ...(createdAt && { createdAt }),
      foundAt: now,
      hourlyMicros,
      state,
    };
    if (await open(ports, key, orphan))
      ports.log.error('orphan found', {
        resource: key,
        state,
        ...(clusterId !== undefined && { cluster: clusterId }),
      });
  });
  await atOnce(AT_ONCE, restate, ({ key, state }) => update(ports, key, { state, lastError: undefined }));
  await atOnce(AT_ONCE, gone, async (key) => {
    const purgeAt = new Date(now.getTime() + KEEP_GONE_MS);
    await update(ports, key, { state: 'gone', goneAt: now, lastError: undefined, purgeAt });
    ports.log.info('orphan gone', { resource: key });
  });
}

/** All of an orphan that tells whether it is there. */
const orphanState = orphanDocument.pick({ state: true });

/** Of an orphan that is there: two sweeps do not come upon it in the same millisecond; if they did, it would be told twice. */
const isThisFind = ({ foundAt }: DocumentData, orphan: OrphanFields): boolean =>
  foundAt instanceof Date && foundAt.getTime() === orphan.foundAt.getTime();

/** @returns false if another sweep was first */
async function open(ports: Ports, key: string, orphan: OrphanFields): Promise<boolean> {
  const path = orphanPath(key);
  try {
    const create: Write = { op: 'create', path, data: orphan as DocumentData };
    await commitOwn(ports.documents, [create], path, ({ data }) => isThisFind(data, orphan));
    return true;
  } catch (error) {
    if (!(error instanceof CommitError) || error.fault !== 'exists') throw error;
    const found = await ports.documents.get(path);
    const [before] = found ? readableDocuments(ports, [found], orphanState) : [];
    if (before?.data.state !== 'gone') return false;
    // It was not seen for a while, and is the same all the same.
    await update(ports, key, { state: orphan.state, goneAt: undefined, purgeAt: undefined });
    return true;
  }
}

/** @returns whether its deletion was asked for */
async function remove(
  ports: Ports,
  { key, resource }: Found,
  before: Orphan | undefined,
  lastStartAtMs: number,
): Promise<boolean> {
  // Somebody may have begun to need it since, or what proved that nobody does be no proof any more.
  const claims = await readClaims(ports, resource.clusterId ?? '');
  if (isClaimed(resource, claims) || !isProven(resource, claims, ports.settings.cell)) return false;
  try {
    await askAllGone(ports, resource, lastStartAtMs);
  } catch (thrown) {
    const { code, detail } = asAppError(thrown);
    tellFailure(ports.log, 'orphan not deleted', thrown, { resource: key });
    if (before?.lastError?.code !== code) await update(ports, key, { lastError: describe(code, detail) });
    return false;
  }
  if (before?.state !== 'deleting' || before.lastError)
    await update(ports, key, { state: 'deleting', lastError: undefined });
  return true;
}

/** As long as there is more of it and time for it; the next sweep goes on. */
async function askAllGone(ports: Ports, resource: FoundResource, lastStartAtMs: number): Promise<void> {
  let asked = await askGone(ports, resource);
  while (asked === 'more' && ports.clock.now() <= lastStartAtMs) asked = await askGone(ports, resource);
}

/** @returns `more` if there is more of it to be taken away */
async function askGone(ports: Ports, resource: FoundResource): Promise<'asked' | 'more'> {
  const { kind, name, location, clusterId = '', generation = 0 } = resource;
  if (kind === 'cluster') await ports.provider.ensureGone({ id: clusterId, generation, location });
  else if (kind === 'dns-record') await ports.dns.ensureNoRecord(parseRecordLabel(name));
  else if (kind === 'bucket')
    return (await ports.buckets.ensureBucketGone({ name, clusterId })) === 'more' ? 'more' : 'asked';
  else await ports.provider.deleteOwned({ kind, name, location, clusterId });
  return 'asked';
}

const update = (
  ports: Ports,
  key: string,
  data: { [K in keyof OrphanFields]?: OrphanFields[K] | undefined },
) => ports.documents.commit([{ op: 'update', path: orphanPath(key), data: data as DocumentData }]);

/** Of one cluster one after the other, in their order. */
function groupsOf(remove: OrphanPlan['remove']): Found[][] {
  const groups = new Map<string, Found[]>();
  for (const one of remove) {
    const id = one.resource.clusterId ?? '';
    groups.set(id, [...(groups.get(id) ?? []), one]);
  }
  return [...groups.values()];
}
