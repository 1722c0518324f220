/**
 * Word from outside that something has happened to a cluster: the end of a GKE operation in the audit log, or the leaf calling home.
 * A hint is never believed, only followed up: it wakes the cluster's own step.
 */
import { z } from 'zod';
import { rowOf } from '../../shared/lifecycle/table.ts';
import { callHomeMessage } from '../../shared/messages.ts';
import { publishStep } from '../clusters/publish-step.ts';
import { readCluster } from '../clusters/read.ts';
import { parseName } from '../names.ts';
import type { Ports } from '../ports.ts';

/** What a log sink publishes; only what is looked at. https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry */
const auditEntry = z.object({
  protoPayload: z.object({ resourceName: z.string() }),
  operation: z.object({ last: z.literal(true) }),
});

/** `projects/p/zones/z/clusters/hub-<id>-g<n>` and the same under locations/. */
const CLUSTER = /\/clusters\/([^/]+)/;

/** @returns the id of the cluster that a message speaks of, if it is one of ours and worth a look */
export function clusterOfHint(body: unknown): string | undefined {
  const home = callHomeMessage.safeParse(body);
  if (home.success) return home.data.cluster;
  const audit = auditEntry.safeParse(body);
  const name = audit.success ? CLUSTER.exec(audit.data.protoPayload.resourceName)?.[1] : undefined;
  return name === undefined ? undefined : parseName(name)?.clusterId;
}

export async function hint(ports: Ports, body: unknown): Promise<void> {
  const id = clusterOfHint(body);
  if (id === undefined) return;
  const read = await readCluster(ports, id);
  const step = read && rowOf(read.cluster.state).step;
  if (read && step !== undefined) await publishStep(ports, step, id, read.cluster.epoch);
}
