/** The state of a cluster in a word, the word of the lifecycle table; or that it is not what its state says. */
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { flawOf } from '../../../shared/flaws.ts';
import { rowOf, type State } from '../../../shared/lifecycle/table.ts';
import { CheckIcon, ClockIcon, CrossIcon, DotIcon, WarningIcon } from '../parts/icons.tsx';
import { toneOfCluster } from './lifecycle.ts';

const ICONS = {
  good: CheckIcon,
  busy: DotIcon,
  waiting: ClockIcon,
  bad: WarningIcon,
  over: CrossIcon,
} as const;

interface Props {
  state: State;
  /** Those that are known where it is shown. */
  conditions?: Cluster['conditions'];
}

export function StateBadge({ state, conditions = [] }: Props) {
  const tone = toneOfCluster({ state, conditions });
  const Icon = ICONS[tone];
  return (
    <span className={`badge ${tone}`}>
      <Icon />
      {flawOf({ state, conditions }) ? 'Needs attention' : rowOf(state).label}
    </span>
  );
}
