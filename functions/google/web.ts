/** The `Web` port over TLS: one page of a cluster, as a browser would get it. */
import { AppError } from '../../shared/errors.ts';
import { seconds } from '../../shared/units.ts';
import { scrub } from '../log.ts';
import { exchange } from '../net/exchange.ts';
import { authorityOf, handshake } from '../net/tls.ts';
import { reasonOf } from '../net/unreachable.ts';
import type { Web } from '../web.ts';
import type { Outside } from './outside.ts';

/** After the handshake, which has a time of its own. */
const ANSWER_MS = seconds(5);

export const createWeb = (outside: Outside): Web => ({
  async page(host, path) {
    const target = await outside(host);
    try {
      const stream = await handshake(target, 'http/1.1');
      const { status, text } = await exchange(stream, authorityOf(target), { path, timeoutMs: ANSWER_MS });
      return { status, text };
    } catch (error) {
      throw new AppError('LEAF_UNAVAILABLE', scrub(`${host}: ${reasonOf(error)}`));
    }
  },
});
