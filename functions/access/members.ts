/**
 * What the members of a cluster are in its Kubernetes: a service account each, in a namespace where nothing runs, with the Role
 * of their standing in the product's namespace. The accounts are also Hub's memory of who has been told to the application.
 */
import { isDeepStrictEqual } from 'node:util';
import { readCluster } from '../dispatch/commit.ts';
import { type KubeObject, refOf } from '../leaf/leaf.ts';
import { MEMBERS_NAMESPACE } from '../leaf/manifests.ts';
import { MEMBER_ROLES } from '../leaf/roles.ts';
import { accessOf } from './access.ts';
import { type ClusterMember, membersOf } from './cluster-members.ts';
import { memberAccountName } from './member-account.ts';
import type { Place } from './place.ts';

/** Each further round comes only after a change of members that won meanwhile. */
const ROUNDS = 8;

/** Tells the application of its members, and is given the addresses of who has left. */
type Tell = (place: Place, left: readonly string[]) => Promise<void>;

/**
 * Brings everything in the leaf to the members of the document, or to those of a change that came meanwhile: of two at once, the slower one
 * must not let in again who was removed. Safe to repeat.
 * @throws AppError LEAF_UNAVAILABLE, PRODUCT_REFUSED, PERMISSION_DENIED, and what `tell` throws; CommitError `unavailable`
 */
export async function applyMembers(
  place: Place,
  tell: Tell = (at, left) => accessOf(at).admit(at, left),
): Promise<void> {
  const { cluster, ports } = place;
  let { members, emails } = cluster;
  for (let round = 0; round < ROUNDS; round++) {
    await apply({ ...place, cluster: { ...cluster, members, emails } }, tell);
    const read = await readCluster(ports, cluster.id);
    if (!read || isDeepStrictEqual(membersOf(read.cluster), membersOf({ members, emails }))) return;
    ({ members, emails } = read.cluster);
  }
}

/**
 * An account is made after its member was told to the application, and that of who has left goes after they were: whatever breaks off in
 * the middle is found again by it.
 */
async function apply(place: Place, tell: Tell): Promise<void> {
  const { leaf } = place;
  const wanted = membersOf(place.cluster);
  const wantedAccounts = wanted.map(accountOf);
  const wantedBindings = wanted.map((member) => bindingOf(place, member));
  const { accounts, bindings } = await present(place);
  // What the tokens of who has left are still good for ends here.
  await Promise.all(without(bindings, wantedBindings).map((one) => leaf.delete(refOf(one))));
  await tell(place, addressesLeft(accounts, wanted));
  await Promise.all([...wantedAccounts, ...wantedBindings].map((one) => leaf.apply(one)));
  await Promise.all(without(accounts, wantedAccounts).map((account) => leaf.delete(refOf(account))));
}

/** Whether everything in the leaf is as `applyMembers` leaves it. @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED */
export async function areMembersApplied(place: Place): Promise<boolean> {
  const wanted = membersOf(place.cluster);
  const { accounts, bindings } = await present(place);
  return (
    isSame(accounts, wanted.map(accountOf)) &&
    addressesLeft(accounts, wanted).length === 0 &&
    isSame(
      bindings,
      wanted.map((member) => bindingOf(place, member)),
    )
  );
}

const isSame = (objects: readonly KubeObject[], others: readonly KubeObject[]): boolean =>
  objects.length === others.length && without(objects, others).length === 0;

async function present({
  leaf,
  product,
}: Place): Promise<{ accounts: KubeObject[]; bindings: KubeObject[] }> {
  const ours = { labelSelector: `${MEMBER_LABEL}=true` };
  const [accounts, bindings] = await Promise.all([
    leaf.list({ ...ACCOUNT, namespace: MEMBERS_NAMESPACE, ...ours }),
    leaf.list({ ...BINDING, namespace: product.namespace, ...ours }),
  ]);
  return { accounts, bindings };
}

const ACCOUNT = { apiVersion: 'v1', kind: 'ServiceAccount' } as const;
const BINDING = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' } as const;

const without = (objects: readonly KubeObject[], others: readonly KubeObject[]): KubeObject[] =>
  objects.filter(({ metadata }) => !others.some((other) => other.metadata.name === metadata.name));

const MEMBER_LABEL = 'hub-member';
/** For those whom the document no longer names, or names by another address. */
const EMAIL_ANNOTATION = 'hub/email';
const OURS = { 'app.kubernetes.io/managed-by': 'hub', [MEMBER_LABEL]: 'true' };

/** Addresses that nobody has any more. One that somebody else has by now stays theirs. */
const addressesLeft = (accounts: readonly KubeObject[], wanted: readonly ClusterMember[]): string[] =>
  accounts.flatMap(({ metadata }) => {
    const email = metadata.annotations?.[EMAIL_ANNOTATION];
    return email === undefined || wanted.some((member) => member.email === email) ? [] : [email];
  });

const accountOf = ({ uid, email }: ClusterMember): KubeObject => ({
  ...ACCOUNT,
  metadata: {
    name: memberAccountName(uid),
    namespace: MEMBERS_NAMESPACE,
    labels: OURS,
    annotations: { [EMAIL_ANNOTATION]: email },
  },
  automountServiceAccountToken: false,
});

/** The role of a binding can never change, so it is in its name. */
function bindingOf({ product }: Place, { uid, role }: ClusterMember): KubeObject {
  const account = memberAccountName(uid);
  return {
    ...BINDING,
    metadata: { name: `${account}-${role}`, namespace: product.namespace, labels: OURS },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: MEMBER_ROLES[role] },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace: MEMBERS_NAMESPACE }],
  };
}
