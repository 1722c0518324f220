/** What a transition is decided by besides its cluster. */
import type { Circumstances } from '../../shared/lifecycle/transition.ts';
import type { Ports } from '../ports.ts';

/** Time and chance for one attempt. */
export function circumstances(ports: Pick<Ports, 'clock' | 'random'>): Circumstances {
  const { clock, random } = ports;
  return {
    now: clock.now(),
    after: clock.after,
    afterWork: clock.afterWork,
    elapsed: clock.elapsed,
    jitter: random.fraction(),
    nonce: random.base32(16),
  };
}
