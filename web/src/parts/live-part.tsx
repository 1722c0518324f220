/** A part of a page that shows documents: while they come, once they are there, and where they are not to be seen. */
import type { ReactNode } from 'react';
import type { Live } from '../live/live.ts';
import { Loading } from './loading.tsx';

interface Props<T> {
  live: Live<T>;
  /** `the pools` */
  what: string;
  /** What to do where whoever looks may not see it, */
  denied?: string;
  /** and where something else is wrong. */
  failed?: string;
  children(value: T): ReactNode;
}

export function LivePart<T>({
  live,
  what,
  denied = 'Hub does not let you see it. Reload the page. If that does not help, sign out and sign in again.',
  failed = 'Reload the page. If that does not help, tell the operator.',
  children,
}: Props<T>) {
  if (live.kind === 'loading') return <Loading what={what} />;
  if (live.kind === 'ended')
    return (
      <section className="empty" role="alert">
        <h2>This page cannot show {what}</h2>
        <p>{live.denied ? denied : failed}</p>
      </section>
    );
  return <>{children(live.value)}</>;
}
