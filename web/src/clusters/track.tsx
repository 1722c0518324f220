/** The way that a cluster is on, step by step: what took how long, what is going on, what is still to come. */
import type { Cluster } from '../../../shared/documents/cluster.ts';
import type { Durations } from '../../../shared/documents/durations.ts';
import type { ClusterEvent } from '../../../shared/documents/event.ts';
import { ENOUGH_SAMPLES } from '../../../shared/lifecycle/estimate.ts';
import type { State } from '../../../shared/lifecycle/table.ts';
import { durationInWords } from '../duration.ts';
import { CheckIcon } from '../parts/icons.tsx';
import { type TrackStep, trackOf } from './lifecycle.ts';
import { useCloudElapsed } from './reading.ts';

interface Props {
  cluster: Cluster;
  events: readonly ClusterEvent[];
  observed: Durations['steps'] | undefined;
}

export function Track({ cluster, events, observed }: Props) {
  const steps = trackOf(cluster, events, mediansOf(observed));
  return (
    <section aria-label="Steps">
      <ol className="track">
        {steps.map((step, index) => (
          <li key={step.key} className={step.at} aria-current={step.at === 'now' ? 'step' : undefined}>
            <span className="mark">{step.at === 'done' ? <CheckIcon /> : index + 1}</span>
            <span className="step-label">{step.label}</span>
            <Times step={step} cluster={cluster} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function mediansOf(observed: Durations['steps'] | undefined): Partial<Record<State, number>> {
  const medians: Partial<Record<State, number>> = {};
  for (const [state, found] of Object.entries(observed ?? {}))
    if (found && found.samples.length >= ENOUGH_SAMPLES) medians[state as State] = found.medianMs;
  return medians;
}

function Times({ step: { at, tookMs, expectedMs }, cluster }: { step: TrackStep; cluster: Cluster }) {
  // What something stands in the way of takes as long as that does.
  if (at === 'now')
    return <Running since={cluster.since} expectedMs={cluster.error ? undefined : expectedMs} />;
  const text = at === 'done' ? durationInWords(tookMs ?? 0) : `usually ${durationInWords(expectedMs)}`;
  return <span className="muted small">{text}</span>;
}

function Running({ since, expectedMs }: { since: Date; expectedMs: number | undefined }) {
  const elapsedMs = useCloudElapsed()(since.getTime());
  return (
    <span className="small">
      {durationInWords(elapsedMs)}
      {expectedMs !== undefined && <span className="muted"> of usually {durationInWords(expectedMs)}</span>}
    </span>
  );
}
