/** The members of a cluster as its document has them. Pure. */
import type { Cluster, Role } from '../../shared/documents/cluster.ts';

export interface ClusterMember {
  uid: string;
  email: string;
  role: Role;
}

/** Those who have an address, by which applications know them. */
export const membersOf = ({ members, emails }: Pick<Cluster, 'members' | 'emails'>): ClusterMember[] =>
  Object.entries(members).flatMap(([uid, role]) => {
    const email = Object.hasOwn(emails, uid) ? emails[uid] : undefined;
    return email === undefined ? [] : [{ uid, email, role }];
  });
