/** Whether the API runs. It asks nothing of the cloud: anybody may call it, as often as they like. */
import { healthReply } from '../../shared/api/status.ts';
import { type Endpoint, endpoint } from './endpoint.ts';

const get = endpoint({
  name: 'GET /v1/health',
  summary: 'Whether the API runs.',
  status: 200,
  reply: healthReply,
  handle: async () => ({ body: { status: 'ok' } }),
});

export const HEALTH_ENDPOINTS: readonly Endpoint[] = [get];
