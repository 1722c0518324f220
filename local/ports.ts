/** Whether the ports that a Hub needs are free, told in one line before anything is started. */
import { createServer } from 'node:net';
import { UsageError } from './options.ts';

/** The functions' host of a Hub that was killed a moment ago still has its ports for as long as it takes to notice. */
const ATTEMPTS = 20;
const PAUSE_MS = 100;

/** @throws UsageError for the first that stays in use */
export async function requireFreePorts(ports: Readonly<Record<string, number>>): Promise<void> {
  for (const [face, port] of Object.entries(ports)) {
    if (!(await becomesFree(port))) {
      throw new UsageError(
        `port ${port} (${face}) is in use: stop what listens there, or set HUB_PORT to another first port (0: any free ones)`,
      );
    }
  }
}

async function becomesFree(port: number): Promise<boolean> {
  for (let attempt = 1; !(await isFree(port)); attempt++) {
    if (attempt === ATTEMPTS) return false;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return true;
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
