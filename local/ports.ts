/** Whether the ports that a Hub needs are free, told in one line before anything is started. */
import { createServer } from 'node:net';
import { UsageError } from './options.ts';

/** @throws UsageError for the first that is in use */
export async function requireFreePorts(ports: Readonly<Record<string, number>>): Promise<void> {
  for (const [face, port] of Object.entries(ports)) {
    if (!(await isFree(port))) {
      throw new UsageError(
        `port ${port} (${face}) is in use: stop what listens there, or set HUB_PORT to another first port (0: any free ones)`,
      );
    }
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
