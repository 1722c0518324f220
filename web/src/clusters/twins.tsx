/** Clusters of one name, which anybody may give: whose each is, and how its id ends, is said where more than one of them is shown. */
import { endOf } from '../../../shared/distinct-name.ts';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { useHub } from '../hub.ts';
import { useStore } from '../store.ts';

/** Names that more than one of them has. */
export function sharedNames(clusters: readonly Pick<Cluster, 'name'>[]): ReadonlySet<string> {
  const seen = new Set<string>();
  return new Set(clusters.map(({ name }) => name).filter((name) => seen.has(name) || !seen.add(name)));
}

/** Whether another one of theirs is called so too. */
export function useHasTwin({ id, name }: Pick<Cluster, 'id' | 'name'>): boolean {
  const live = useStore(useHub().myClusters);
  return live.kind === 'there' && live.value.some((other) => other.name === name && other.id !== id);
}

/** `of ada@example.com, id …k3fq` */
export function Whose({ cluster: { id, owner, emails } }: { cluster: Cluster }) {
  const email = owner === undefined ? undefined : emails?.[owner];
  return (
    <>
      {email && `of ${email}, `}id …<code>{endOf(id)}</code>
    </>
  );
}
