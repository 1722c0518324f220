/** The public keys by which anybody can check what Hub has signed. */
import { keysReply } from '../../shared/api/clean-up.ts';
import { cleanUpKeySet } from '../clean-up/keys.ts';
import { type Endpoint, endpoint } from './endpoint.ts';

const get = endpoint({
  name: 'GET /v1/keys',
  summary: 'The public keys of clean-up certificates, as a JWK set: the current one and every earlier one.',
  status: 200,
  reply: keysReply,
  handle: async ({ ports }) => ({
    body: cleanUpKeySet(ports.settings.cleanUpKeys),
    headers: { 'cache-control': 'public, max-age=300' },
  }),
});

export const KEY_ENDPOINTS: readonly Endpoint[] = [get];
