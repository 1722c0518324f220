/** A part of a page that shows documents: while they come, once they are there, and where they are not to be seen. */
import type { ReactNode } from 'react';
import type { Live } from '../live/live.ts';

export const Loading = ({ what }: { what: string }) => (
  <div className="loading" role="status">
    <span className="spinner" aria-hidden="true" />
    <span className="unseen">Loading {what}</span>
  </div>
);

interface Props<T> {
  live: Live<T>;
  /** `the pools` */
  what: string;
  children(value: T): ReactNode;
}

export function LivePart<T>({ live, what, children }: Props<T>) {
  if (live.kind === 'loading') return <Loading what={what} />;
  if (live.kind === 'ended')
    return (
      <section className="empty" role="alert">
        <h2>This page cannot show {what}</h2>
        <p>
          {live.denied
            ? 'Hub does not recognise you as an operator. If you have just become one, sign out and sign in again.'
            : 'Reload the page. If that does not help, look in the browser’s log for what is missing.'}
        </p>
      </section>
    );
  return <>{children(live.value)}</>;
}
