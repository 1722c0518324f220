/** The line between a page and Firestore. It can go dead with nobody noticing, as that of a laptop that sleeps does. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface DeafLine {
  readonly port: number;
  /** What is connected hears nothing any more; what connects anew does. */
  deafen(): void;
  /** All that is connected is cut, and nothing connects any more. */
  cut(): Promise<void>;
  /** After a cut, at the same port. */
  mend(): Promise<void>;
  close(): Promise<void>;
}

/** @param port where Firestore is */
export async function deafLine(port: number): Promise<DeafLine> {
  const pairs = new Set<readonly [near: Socket, far: Socket]>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    const pair = [near, far] as const;
    pairs.add(pair);
    near.pipe(far).pipe(near);
    for (const [one, other] of [pair, [far, near] as const]) {
      one.on('error', () => undefined);
      one.on('close', () => {
        other.destroy();
        pairs.delete(pair);
      });
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port: near } = server.address() as AddressInfo;
  const cut = async (): Promise<void> => {
    for (const pair of pairs) for (const socket of pair) socket.destroy();
    if (server.listening) await once(server.close(), 'close');
  };
  return {
    port: near,
    deafen() {
      for (const [near, far] of pairs) {
        far.unpipe(near);
        far.resume();
      }
    },
    cut,
    async mend() {
      await once(server.listen(near, '127.0.0.1'), 'listening');
    },
    close: cut,
  };
}
