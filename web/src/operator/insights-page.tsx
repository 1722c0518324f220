/** How well Hub does: how long people wait, how many come, how often a spare was there, and what it costs. */
import { useMemo, useState } from 'react';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { useHub } from '../hub.ts';
import { dayAndTime, useNow, useTitle } from '../time.ts';
import { AskedChart, CostChart, HitRateChart, LeadTimeChart } from './charts.tsx';
import { LivePart } from './live-part.tsx';
import { askedOf, edgesOf, leadTimesOf, RANGES, type Range, spendingOf } from './measures.ts';
import { MAX_RECENT, type Recent } from './recent.ts';

export default function InsightsPage({ recent }: { recent: Recent }) {
  useTitle('Insights');
  const [range, setRange] = useState<Range>('day');
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Insights</h1>
          <p className="muted">Counted from the newest {MAX_RECENT} clusters, spares among them.</p>
        </div>
        <fieldset className="filters">
          <legend className="unseen">Period</legend>
          {(Object.keys(RANGES) as Range[]).map((one) => (
            <label key={one} className="chip">
              <input type="radio" name="range" checked={range === one} onChange={() => setRange(one)} />
              {RANGES[one].label}
            </label>
          ))}
        </fieldset>
      </div>
      <LivePart live={recent} what="the clusters">
        {(clusters) =>
          clusters.length === 0 ? (
            <section className="empty">
              <h2>There is nothing to count yet</h2>
              <p>
                As soon as somebody asks for a cluster, this page shows how long it took and what it costs.
              </p>
            </section>
          ) : (
            <Charts clusters={clusters} range={range} />
          )
        }
      </LivePart>
    </>
  );
}

/** What changes only because time passes is counted anew that often. */
const ANEW_MS = 30_000;

function Charts({ clusters, range }: { clusters: readonly Cluster[]; range: Range }) {
  const speed = useHub().config.hub?.cloudSpeed ?? 1;
  const passed = useNow(ANEW_MS);
  const first = edgesOf(range, passed)[0];
  // The same ones until an hour or a day is over: a chart with other edges is another drawing.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const edges = useMemo(() => edgesOf(range, passed), [range, first]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: anew with each change, and as time passes
  const { leadTimes, asked, spending } = useMemo(() => {
    const now = Date.now();
    return {
      leadTimes: leadTimesOf(clusters, edges[0] ?? now, speed),
      asked: askedOf(clusters, edges),
      spending: spendingOf(clusters, edges, now, (sinceMs) => Math.max(0, now - sinceMs) * speed),
    };
  }, [clusters, edges, speed, passed]);
  const oldest = clusters.at(-1)?.createdAt;
  return (
    <>
      {clusters.length >= MAX_RECENT && oldest && oldest.getTime() > (edges[0] ?? 0) && (
        <p className="notice">
          More than {MAX_RECENT} clusters were asked for in this time. What is older than {dayAndTime(oldest)}{' '}
          is not counted.
        </p>
      )}
      <div className="charts">
        <LeadTimeChart leadTimes={leadTimes} edges={edges} range={range} />
        <AskedChart asked={asked} edges={edges} range={range} />
        <HitRateChart asked={asked} edges={edges} range={range} />
        <CostChart spending={spending} edges={edges} range={range} />
      </div>
    </>
  );
}
