/**
 * What the members of a cluster are in its Kubernetes: a service account each, in a namespace where nothing runs, with the Role
 * of their standing in the product's namespace. The accounts are also Hub's memory of who has been told to the application.
 */
import { isDeepStrictEqual } from 'node:util';
import { readCluster } from '../clusters/read.ts';
import { isReady, type KubeObject, refOf } from '../leaf/leaf.ts';
import { MEMBERS_NAMESPACE, OURS } from '../leaf/names.ts';
import { MEMBER_ROLES } from '../leaf/roles.ts';
import { accessOf, type Changes } from './access.ts';
import { type ClusterMember, membersOf } from './cluster-members.ts';
import { memberAccountName } from './member-account.ts';
import type { Site } from './site.ts';

/** Each further round comes only after a change of members that won meanwhile, or where another handler is at it, too. */
const TRIES = 8;

/** Tells the application of its members, and is given what has become of them. */
type Tell = (site: Site, changes: Changes) => Promise<void>;

/** `renewing`: an owner left, so the application starts anew. Somebody must look again, until it has. */
export type Applied = 'applied' | 'renewing';

/**
 * Brings everything in the leaf to the members of the document, or to those of a change that came meanwhile: of two at once, the slower one
 * must not let in again who was removed. Should it die before it sees that it has, the quicker one finds what it left in Kubernetes; of what
 * it told the application alone nobody hears before the look that comes after each removal. Safe to repeat.
 * @throws AppError LEAF_UNAVAILABLE, PRODUCT_REFUSED, PERMISSION_DENIED, and what `tell` throws; CommitError `unavailable`
 */
export async function applyMembers(
  site: Site,
  tell: Tell = (at, changes) => accessOf(at).admit(at, changes),
): Promise<Applied> {
  const { cluster, ports } = site;
  let { members, emails } = cluster;
  let applied: Applied = 'applied';
  for (let round = 0; round < TRIES; round++) {
    const told = { ...site, cluster: { ...cluster, members, emails } };
    applied = await apply(told, tell);
    const read = await readCluster(ports, cluster.id);
    const isCurrent = !read || isDeepStrictEqual(membersOf(read.cluster), membersOf({ members, emails }));
    if (isCurrent && (applied === 'renewing' || (await areMembersApplied(told)))) return applied;
    if (read) ({ members, emails } = read.cluster);
  }
  return applied;
}

/**
 * A binding is made after its member was told to the application, and the account of who has left goes after they were: whatever breaks
 * off in the middle is found again by it. That somebody is an owner is written down before they can act as one, and stays until all is
 * ended that they may have kept, which takes a new start of the application and two rounds: what was ended in the first, an old pod with
 * the root token that they put there could have made again.
 */
async function apply(site: Site, tell: Tell): Promise<Applied> {
  const { leaf } = site;
  const wanted = membersOf(site.cluster);
  const wantedAccounts = wanted.map(accountOf);
  const wantedBindings = wanted.map((member) => bindingOf(site, member));
  if (await isForgotten(site)) {
    // Who was removed is out of the application also where there is no place yet to write it down.
    await tell(site, { left: [], came: [], ownerLeft: false });
    await leaf.apply(FORGOTTEN);
  }
  const { accounts, bindings } = await present(site);
  const former = formerOwners({ accounts, bindings }, wanted);
  // What the tokens of who has left are still good for ends here.
  await Promise.all(without(bindings, wantedBindings).map((one) => leaf.delete(refOf(one))));
  if (former.some(isRenewing) && !(await areRenewed(site, former))) return 'renewing';
  await Promise.all(newOwners(accounts, wanted).map((account) => leaf.apply(account)));
  await tell(site, {
    left: addressesLeft(accounts, wanted),
    came: addressesCome({ accounts, bindings }, wanted),
    ownerLeft: former.length > 0,
  });
  if (!former.every(isRenewing) && (await renew(site, former))) return 'renewing';
  await Promise.all([...wantedAccounts, ...wantedBindings].map((one) => leaf.apply(one)));
  await Promise.all(without(accounts, wantedAccounts).map((account) => leaf.delete(refOf(account))));
  return 'applied';
}

/**
 * Somebody was let into it, and the document names nobody: it was claimed, and the database set back since. Whose it is only people can find
 * out; to let in somebody else, or to shut out whoever is in, would be to decide it.
 * @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED
 */
export async function isSomebodys(site: Site): Promise<boolean> {
  if (site.cluster.owner !== undefined) return false;
  const { accounts, bindings } = await present(site);
  return accounts.length > 0 || bindings.length > 0;
}

/** What is said of such a cluster. */
export const SOMEBODYS = 'Somebody has been let into it, though it was never handed out as far as Hub knows.';

/**
 * Whether somebody who is not Hub deleted accounts, and with them the memory of who was told to the application: all of them with their
 * namespace, or that of an owner who has left. An owner's is there before anybody's binding, and goes after their own.
 * @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED
 */
export async function isForgotten(site: Site): Promise<boolean> {
  const { accounts, bindings } = await present(site);
  if (accounts.length === 0) return bindings.length > 0;
  const wanted = membersOf(site.cluster).map((member) => bindingOf(site, member));
  return without(bindings, wanted).some(
    ({ metadata: { name } }) =>
      name.endsWith('-owner') && !accounts.some(({ metadata }) => name === `${metadata.name}-owner`),
  );
}

/** Whether everything in the leaf is as `applyMembers` leaves it. @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED */
export async function areMembersApplied(site: Site): Promise<boolean> {
  const wanted = membersOf(site.cluster);
  const { accounts, bindings } = await present(site);
  return (
    isSame(accounts, wanted.map(accountOf)) &&
    addressesLeft(accounts, wanted).length === 0 &&
    formerOwners({ accounts, bindings }, wanted).length === 0 &&
    newOwners(accounts, wanted).length === 0 &&
    isSame(
      bindings,
      wanted.map((member) => bindingOf(site, member)),
    )
  );
}

interface Present {
  accounts: KubeObject[];
  bindings: KubeObject[];
}

const isSame = (objects: readonly KubeObject[], others: readonly KubeObject[]): boolean =>
  objects.length === others.length && without(objects, others).length === 0;

async function present({ leaf, product }: Site): Promise<Present> {
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
/** What its member is, or was when the application was told last. */
const ROLE_ANNOTATION = 'hub/role';
/** The pods that must have ended before this account of a former owner may go or say what its member is now. */
const RENEWING_ANNOTATION = 'hub/renewing';
const LABELS = { ...OURS, [MEMBER_LABEL]: 'true' };

/** Addresses that nobody has any more. One that somebody else has by now stays theirs. */
const addressesLeft = (accounts: readonly KubeObject[], wanted: readonly ClusterMember[]): string[] =>
  accounts.flatMap(({ metadata }) => {
    const email = metadata.annotations?.[EMAIL_ANNOTATION];
    return email === undefined || wanted.some((member) => member.email === email) ? [] : [email];
  });

/** Addresses of those who are bound to nothing yet, and those that are new. */
const addressesCome = ({ accounts, bindings }: Present, wanted: readonly ClusterMember[]): string[] =>
  wanted.flatMap(({ uid, email }) => {
    const isBound = roleBound(bindings, memberAccountName(uid)) !== undefined;
    const isKnown = accounts.some(({ metadata }) => metadata.annotations?.[EMAIL_ANNOTATION] === email);
    return isBound && isKnown ? [] : [email];
  });

const accountOf = ({ uid, email, role }: ClusterMember): KubeObject =>
  accountNamed(memberAccountName(uid), { [EMAIL_ANNOTATION]: email, [ROLE_ANNOTATION]: role });

function accountNamed(name: string, annotations: Record<string, string>): KubeObject {
  return {
    ...ACCOUNT,
    metadata: { name, namespace: MEMBERS_NAMESPACE, labels: LABELS, annotations },
    automountServiceAccountToken: false,
  };
}

/** Stands for all who may have been members, and owners: nobody's, so it goes like that of any owner who left, after all sessions ended. */
const FORGOTTEN = accountNamed('member-forgotten', { [ROLE_ANNOTATION]: 'owner' });

/** Accounts that are to say that their member is an owner, and else say what they said. */
const newOwners = (accounts: readonly KubeObject[], wanted: readonly ClusterMember[]): KubeObject[] =>
  wanted.flatMap((member) => {
    if (member.role !== 'owner') return [];
    const made = accountOf(member);
    const there = accounts.find(({ metadata }) => metadata.name === made.metadata.name);
    const annotations = there?.metadata.annotations;
    // One that says nothing is taken for an owner's.
    if (there && (annotations?.[ROLE_ANNOTATION] ?? 'owner') === 'owner') return [];
    return [
      accountNamed(made.metadata.name, {
        ...made.metadata.annotations,
        ...annotations,
        [ROLE_ANNOTATION]: 'owner',
      }),
    ];
  });

/** Accounts of those who were owners and are none. One that does not say what its member was may have been one's, unless it is bound. */
const formerOwners = ({ accounts, bindings }: Present, wanted: readonly ClusterMember[]): KubeObject[] =>
  accounts.filter(({ metadata: { name, annotations } }) => {
    if (wanted.some(({ uid, role }) => role === 'owner' && memberAccountName(uid) === name)) return false;
    const bound = roleBound(bindings, name);
    return bound === 'owner' || (annotations?.[ROLE_ANNOTATION] ?? bound ?? 'owner') === 'owner';
  });

const roleBound = (bindings: readonly KubeObject[], account: string): string | undefined =>
  Object.keys(MEMBER_ROLES).find((role) =>
    bindings.some(({ metadata }) => metadata.name === `${account}-${role}`),
  );

const isRenewing = ({ metadata }: KubeObject): boolean =>
  metadata.annotations?.[RENEWING_ANNOTATION] !== undefined;

/**
 * Starts the application anew, and writes down first which pods must end, so that whoever comes next knows of it.
 * @returns whether there is anything to start anew
 */
async function renew(site: Site, former: readonly KubeObject[]): Promise<boolean> {
  const { leaf } = site;
  const pods = await accessOf(site).keepers(site);
  if (pods.length === 0) return false;
  const uids = pods.map(({ metadata }) => metadata.uid).join(' ');
  await Promise.all(
    former.map(({ metadata: { name, annotations } }) =>
      leaf.apply(
        accountNamed(name, { ...annotations, [ROLE_ANNOTATION]: 'owner', [RENEWING_ANNOTATION]: uids }),
      ),
    ),
  );
  await Promise.all(pods.map((pod) => leaf.delete(refOf(pod))));
  return true;
}

/** Whether none of the pods is left that had to end, and one that came after them serves. */
async function areRenewed(site: Site, former: readonly KubeObject[]): Promise<boolean> {
  const marks = former.map(({ metadata }) => metadata.annotations?.[RENEWING_ANNOTATION] ?? '');
  const ending = new Set(marks.flatMap((uids) => uids.split(' ')));
  const pods = await accessOf(site).keepers(site);
  const left = pods.filter(({ metadata }) => ending.has(metadata.uid ?? ''));
  const running = left.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  await Promise.all(running.map((pod) => site.leaf.delete(refOf(pod))));
  return left.length === 0 && pods.some(isReady);
}

/** The role of a binding can never change, so it is in its name. */
function bindingOf({ product }: Site, { uid, role }: ClusterMember): KubeObject {
  const account = memberAccountName(uid);
  return {
    ...BINDING,
    metadata: { name: `${account}-${role}`, namespace: product.namespace, labels: LABELS },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: MEMBER_ROLES[role] },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace: MEMBERS_NAMESPACE }],
  };
}
