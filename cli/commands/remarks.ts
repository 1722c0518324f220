/** What is to be said of a cluster besides what it is: that it is of no use, who pays for it, that it ends or is offered, and what to do about it. Pure. */
import type { ClusterReply } from '../../shared/api/clusters.ts';
import { flawOf, isGone, remedyOf } from '../../shared/flaws.ts';

/** The word of its state, marked where that is not all. */
export const stateOf = (cluster: ClusterReply): string =>
  flawOf(cluster) ? `${cluster.state} (needs attention)` : cluster.state;

/** When it is deleted: at the end of its lifetime, or with the account of whoever pays for it. */
export const endOf = ({ expiresAt, handOverUntilAt }: ClusterReply): string | undefined =>
  [expiresAt, handOverUntilAt].filter((at) => at !== undefined).sort()[0];

export function flawInWords(cluster: ClusterReply): string | undefined {
  const flaw = flawOf(cluster);
  if (!flaw) return undefined;
  const deletion = isGone(flaw) ? ` Delete it: hub delete ${cluster.id}` : '';
  return `${flaw.message} ${remedyOf(flaw)}${deletion} (since ${flaw.since})`;
}

/** @param uid of who reads it */
export function payerInWords({ id, owner }: ClusterReply, uid: string): string | undefined {
  if (owner === undefined || owner === uid) return owner && 'you';
  return `${owner}, whose address is told by: hub members ${id}`;
}

/** @param uid of who reads it */
export function offerInWords({ id, owner, offeredTo }: ClusterReply, uid: string): string | undefined {
  if (offeredTo === undefined) return undefined;
  if (offeredTo === uid)
    return `You were asked to pay for it from now on. Accept with: hub transfer ${id} --accept. Or decline with: hub transfer ${id} --decline`;
  const asked = 'Another owner was asked to pay for it.';
  return owner === uid ? `${asked} Withdraw that with: hub transfer ${id} --withdraw` : asked;
}

/** @param uid of who reads it */
export function handOverInWords(cluster: ClusterReply, uid: string): string | undefined {
  const { id, owner, handOverUntilAt, members } = cluster;
  if (handOverUntilAt === undefined) return undefined;
  const isPayer = owner === uid;
  const who = isPayer ? 'You are deleting your account' : 'Whoever pays for it is deleting their account';
  const what = `${who}: it is deleted at ${handOverUntilAt} unless another owner takes it over.`;
  if (isPayer) return what;
  return Object.hasOwn(members, uid) && members[uid] === 'owner'
    ? `${what} Take it over with: hub transfer ${id} --accept`
    : `${what} If you need it, ask one of its owners.`;
}
