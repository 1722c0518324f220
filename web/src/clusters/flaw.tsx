/** Says of a cluster whose state says that it is ready what keeps people from using it, and what to do about that. */
import type { Cluster, Role } from '../../../shared/documents/cluster.ts';
import { flawOf, isGone, remedyOf } from '../../../shared/flaws.ts';
import { Problem } from '../parts/problem.tsx';
import { Delete } from './commands.tsx';
import { mayAsk } from './lifecycle.ts';

interface Props {
  cluster: Cluster;
  role: Role | 'operator' | undefined;
}

export function Flaw({ cluster, role }: Props) {
  const flaw = flawOf(cluster);
  if (!flaw) return null;
  return (
    <section className="now" aria-label="What is wrong">
      <Problem error={{ message: flaw.message, remedy: remedyOf(flaw) }}>
        {isGone(flaw) && mayAsk(cluster, 'delete', role, undefined) && (
          <Delete cluster={cluster} look="plain" />
        )}
      </Problem>
    </section>
  );
}
