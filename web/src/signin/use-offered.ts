import { useEffect, useState } from 'react';
import { seconds } from '../../../shared/units.ts';
import { useHub } from '../hub.ts';
import { useStore } from '../store.ts';
import { ALL_WAYS, type Offered, offeredBy } from './offered.ts';

/** Nobody waits longer for a status that does not come. */
const PATIENCE_MS = seconds(2);

/** @returns undefined while it may still come: what is shown now would be taken away under somebody's finger */
export function useOffered(): Offered | undefined {
  const { status } = useHub();
  const live = useStore(status);
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  if (live.kind === 'there') return offeredBy(live.value);
  return live.kind === 'ended' || isLate ? ALL_WAYS : undefined;
}
