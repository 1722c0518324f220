/** What a cluster has been through, newest first, as the engine wrote it down. */
import { useState } from 'react';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import type { ClusterEvent } from '../../../shared/documents/event.ts';
import { durationInWords } from '../duration.ts';
import { LoadAnew } from '../parts/load-anew.tsx';
import { dayAndTime } from '../time.ts';
import { isKnown, labelOf, toneOf } from './lifecycle.ts';
import { MAX_EVENTS } from './use-cluster.ts';

const FIRST = 12;

export function Timeline({ events, cluster }: { events: readonly ClusterEvent[]; cluster: Cluster }) {
  const [all, setAll] = useState(false);
  const newest = events.toReversed();
  const shown = all ? newest : newest.slice(0, FIRST);
  return (
    <section className="card">
      <h2>Timeline</h2>
      {!isKnown(cluster.state) && (
        <LoadAnew
          message="Hub was renewed since this page was opened."
          remedy="Reload it to see what is happening to this cluster now."
        />
      )}
      <ol className="timeline">
        {shown.map((event) => (
          <li key={event.epoch} className={toneOf(event.to)}>
            <p>{event.message}</p>
            {event.error && event.error.message !== event.message && (
              <p className="small">{event.error.message}</p>
            )}
            <p className="muted small">
              <time dateTime={event.at.toISOString()}>{dayAndTime(event.at)}</time>
              {event.from !== undefined && event.durationMs > 0 && (
                <>
                  {' '}
                  · {durationInWords(event.durationMs)} in “{labelOf(event.from)}”
                </>
              )}
              {event.actor !== undefined && nameOf(event.actor, cluster)}
            </p>
          </li>
        ))}
      </ol>
      {newest.length > shown.length && (
        <button type="button" className="link" onClick={() => setAll(true)}>
          Show {newest.length - shown.length} more
        </button>
      )}
      {all && newest.length >= MAX_EVENTS && (
        <p className="muted">These are the newest {MAX_EVENTS}; the API lists the others.</p>
      )}
    </section>
  );
}

/** Who asked for it, where the page knows them. */
const nameOf = (uid: string, { emails }: Cluster): string =>
  emails && Object.hasOwn(emails, uid) ? ` · asked for by ${emails[uid]}` : '';
