/** What is known of something, each with its label. */
import type { ReactNode } from 'react';
import { durationInWords } from '../duration.ts';
import { useNow } from '../time.ts';

export function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt className="muted">{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function Ago({ at }: { at: Date }) {
  return <time dateTime={at.toISOString()}>{durationInWords(useNow() - at.getTime())} ago</time>;
}
