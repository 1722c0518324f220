/** Ports that a test must know before anybody listens there. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * The first of so many in a row that nobody has: below what a system gives away by itself (from 32768 on), so that nobody is given one of them
 * before it is used. https://docs.kernel.org/networking/ip-sysctl.html
 */
export async function firstFreePort(count: number): Promise<number> {
  for (;;) {
    const first = randomInt(12_000, 32_768 - count);
    const isFree = await Promise.all(
      Array.from({ length: count }, async (_, offset) => {
        const server = createServer().listen(first + offset, '127.0.0.1');
        const free = await once(server, 'listening').then(
          () => true,
          () => false,
        );
        server.close();
        return free;
      }),
    );
    if (isFree.every(Boolean)) return first;
  }
}
