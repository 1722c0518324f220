/** Who may read a timeline, as the deployed rules say it of a cluster's document. */
import { readFileSync } from 'node:fs';
import type { DocumentData } from '../functions/cloud.ts';
import type { StoredDocument } from '../local/firestore/documents.ts';
import { compileRules } from '../local/firestore/rules/rules.ts';
import { fromData } from '../local/memory/documents.ts';
import type { Cluster } from '../shared/documents/cluster.ts';
import { eventPath, eventsOf } from '../shared/documents/event.ts';
import { clusterPath } from '../shared/documents/paths.ts';

const ROOT = 'projects/p/databases/(default)/documents';
const rules = compileRules(readFileSync(new URL('../firestore.rules', import.meta.url), 'utf8'));

const stored = (path: string, data: object): StoredDocument => ({
  name: `${ROOT}/${path}`,
  fields: fromData(data as DocumentData),
  createMicros: 0,
  updateMicros: 0,
});

/**
 * @param uids who is asked about
 * @returns those of them who may, be it one event by its name or all of them as a list
 */
export function timelineReaders(cluster: Pick<Cluster, 'id' | 'readers'>, uids: Iterable<string>): string[] {
  const { id, readers } = cluster;
  const document = stored(clusterPath(id), { readers });
  const event = stored(eventPath(id, 0), {});
  const list = {
    scope: {
      parent: `${ROOT}/${clusterPath(id)}`,
      collectionId: eventsOf(id).split('/').at(-1) ?? '',
      allDescendants: false,
    },
    orderBy: [],
    offset: 0,
    limit: undefined,
  };
  return [...uids].filter((uid) => {
    const context = {
      auth: { uid, token: { sub: uid } },
      timeMicros: 0,
      lookup: (name: string) => (name === document.name ? document : undefined),
    };
    return rules.get(event.name, event, context).allowed || rules.list(list, context).allowed;
  });
}
