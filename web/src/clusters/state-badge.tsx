/** The state of a cluster in a word, the word of the lifecycle table. */
import { rowOf, type State } from '../../../shared/lifecycle/table.ts';
import { CheckIcon, ClockIcon, CrossIcon, DotIcon, WarningIcon } from '../parts/icons.tsx';
import { toneOf } from './lifecycle.ts';

const ICONS = {
  good: CheckIcon,
  busy: DotIcon,
  waiting: ClockIcon,
  bad: WarningIcon,
  over: CrossIcon,
} as const;

export function StateBadge({ state }: { state: State }) {
  const tone = toneOf(state);
  const Icon = ICONS[tone];
  return (
    <span className={`badge ${tone}`}>
      <Icon />
      {rowOf(state).label}
    </span>
  );
}
