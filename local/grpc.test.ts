/** Servers of gRPC services. */
import { getChannelzHandlers } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { createGrpcServer } from './grpc.ts';

test('a server is kept by nobody but who made it', async () => {
  const servers = Array.from({ length: 3 }, () => createGrpcServer([]));
  const registered = await new Promise<unknown>((resolve) => {
    const call = { request: { start_server_id: '0', max_results: '100' } };
    getChannelzHandlers().GetServers(call as never, (_error: unknown, answer: unknown) => resolve(answer));
  });
  expect(servers).toHaveLength(3);
  expect(registered).toMatchObject({ server: [] });
});
