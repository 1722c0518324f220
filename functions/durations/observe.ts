/**
 * Counts how long each state took of the clusters that became ready, for estimates. The Scheduler starts it, and no step waits for it: what a
 * cluster took is written in its own commits, and summing up can come later, or twice, or not at all for a while.
 */

import { REGIONS } from '../../shared/catalog/catalog.ts';
import { CLUSTERS } from '../../shared/documents/cluster.ts';
import { type Durations, durationsDocument, durationsPath } from '../../shared/documents/durations.ts';
import { seconds } from '../../shared/units.ts';
import type { DocumentData, Snapshot } from '../cloud.ts';
import { readableClusters } from '../clusters/read.ts';
import { commitUnlessLost, readDocument } from '../documents.ts';
import type { Ports } from '../ports.ts';
import { type Through, withSamples } from './count.ts';

/** Clusters counted in one commit. */
const PAGE = 200;
/** Pages of one region in one run; the next run goes on where this one ended. */
const PAGES = 10;
/**
 * A commit becomes visible a little after the instant that it says. Whoever is that young waits for the next run, so that none who comes late
 * falls behind those who were counted. Real time: it is a commit's, not the cloud's.
 */
const SETTLED_MS = seconds(10);

/** @throws CommitError `unavailable`; what was counted by then stays counted */
export async function observeDurations(ports: Ports): Promise<void> {
  for (const { id } of REGIONS) {
    for (let page = 0; page < PAGES; page++) if (!(await countPage(ports, id))) break;
  }
}

/**
 * Counts the next clusters of a region. The watermark and the samples move in one commit onto the document that was read, so of several runs
 * at once one counts and the others write nothing.
 * @returns whether there may be more
 */
async function countPage(ports: Ports, region: string): Promise<boolean> {
  const { documents, clock } = ports;
  const path = durationsPath(region);
  const snapshot = await readDocument(documents, path, durationsDocument);
  const known = snapshot?.data;
  const found = await documents.query({
    collection: CLUSTERS,
    where: [
      ['spec.region', '==', region],
      ['readyAt', '<=', new Date(clock.now() - SETTLED_MS)],
    ],
    orderBy: [['readyAt', 'asc']],
    ...(known && { startAfter: [known.through.readyAt, `${CLUSTERS}/${known.through.id}`] }),
    limit: PAGE,
  });
  const last = found.at(-1);
  if (!last) return false;
  const finished = readableClusters(ports, found).map(({ cluster }) => cluster);
  const next = withSamples(known, finished, throughOf(last), new Date(clock.now()));
  if (!(await write(ports, path, snapshot, next))) return false;
  ports.log.info('durations observed', { resource: path, count: finished.length });
  return found.length === PAGE;
}

/** Also of a document that is no cluster otherwise: the query orders by it. */
const throughOf = ({ path, data }: Snapshot): Through => ({
  readyAt: data.readyAt as Date,
  id: path.slice(CLUSTERS.length + 1),
});

/** @returns false if another run wrote it meanwhile */
function write(
  { documents }: Ports,
  path: string,
  before: Snapshot<Durations> | undefined,
  next: Durations,
): Promise<boolean> {
  const data = next as DocumentData;
  return commitUnlessLost(documents, [
    before ? { op: 'update', path, data, ifVersion: before.version } : { op: 'create', path, data },
  ]);
}
