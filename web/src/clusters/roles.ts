/** What members may, in words. */
import type { Role } from '../../../shared/documents/cluster.ts';

export const ROLES: readonly (readonly [Role, string])[] = [
  ['viewer', 'Viewer: looks'],
  ['editor', 'Editor: works'],
  ['owner', 'Owner: also says who may'],
];

const A: Readonly<Record<Role, string>> = { viewer: 'a viewer', editor: 'an editor', owner: 'an owner' };

/** What is asked before somebody has that role; undefined: it takes nothing from anybody, and can be taken back. */
export function questionOf(
  email: string,
  from: Role,
  to: Role,
  isSelf: boolean,
): { title: string; action: string; meaning: string } | undefined {
  if (from === to) return undefined;
  if (to === 'owner')
    return {
      title: isSelf ? 'Become an owner?' : `Make ${email} an owner?`,
      action: isSelf ? 'Become an owner' : 'Make an owner',
      meaning:
        'An owner says who may use the cluster, can delete it, and can change the role of every owner but the one it counts for.',
    };
  if (isSelf)
    return {
      title: from === 'owner' ? 'Give up being an owner?' : `Become ${A[to]}?`,
      action: `Become ${A[to]}`,
      meaning: 'You can not share or delete the cluster any more. Only an owner can change that again.',
    };
  if (from === 'owner')
    return {
      title: `Make ${email} ${A[to]}?`,
      action: `Make ${A[to]}`,
      meaning: 'They are no owner then: they can not share or delete the cluster any more.',
    };
  return undefined;
}
