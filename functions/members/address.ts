/** A member whose verified address is another one by now: applications know people by their addresses, so they have to hear of it. */

import { type Cluster, clusterDocument, clusterPath, roleOf } from '../../shared/documents/cluster.ts';
import { parseDocument } from '../../shared/documents/parse.ts';
import { AppError } from '../../shared/errors.ts';
import { command } from '../dispatch/commands.ts';
import type { Ports } from '../ports.ts';
import { findEmail, type Principal } from '../tokens.ts';
import { emailOf, withMember } from './membership.ts';

type People = Pick<Cluster, 'members' | 'emails'>;
/** All of the document that matters here; one whose other fields cannot be read keeps nobody out. */
const people = clusterDocument.pick({ members: true, emails: true });

/**
 * Tells the cluster of the address, unless it knows it. For members only.
 * @throws AppError ACCESS_NOT_READY while the application hears of it, and those of `command`
 */
export async function requireKnownAddress(
  ports: Ports,
  clusterId: string,
  principal: Principal,
): Promise<void> {
  const email = findEmail(principal);
  const snapshot = await ports.documents.get(clusterPath(clusterId));
  if (email === undefined || !snapshot || !isNews(parseDocument(people, snapshot), principal.uid, email))
    return;
  await tellAddress(ports, clusterId, { uid: principal.uid, email }, principal.uid);
  throw new AppError('ACCESS_NOT_READY');
}

/**
 * Of whoever is a member still.
 * @param actor who says so
 * @throws AppError those of `command`
 */
export const tellAddress = (
  ports: Ports,
  clusterId: string,
  { uid, email }: { uid: string; email: string },
  actor: string,
): Promise<Cluster> =>
  command(ports, clusterId, 'share', actor, {
    change(read) {
      const role = roleOf(read, uid);
      return role && withMember(read, { uid, email, role });
    },
  });

const isNews = (cluster: People, uid: string, email: string): boolean =>
  roleOf(cluster, uid) !== undefined && emailOf(cluster, uid) !== email;
