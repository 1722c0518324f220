import { setImmediate as soon } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { type ChannelSocket, PortStream } from './forward.ts';

/** What `ws` is asked, as it happens. */
class Socket implements ChannelSocket {
  asked: string[] = [];
  sent: Buffer[] = [];
  close = (): void => undefined;
  send(message: Uint8Array, done: (error?: Error) => void): void {
    this.sent.push(Buffer.from(message));
    done();
  }
  pause(): void {
    this.asked.push('pause');
  }
  resume(): void {
    this.asked.push('resume');
  }
  terminate(): void {
    this.asked.push('terminate');
  }
  on(_event: 'close', listener: () => void): void {
    this.close = listener;
  }
}

const PORT = Buffer.from([0x90, 0x1f]);
let stream: PortStream;
let socket: Socket;

beforeEach(() => {
  stream = new PortStream();
  socket = new Socket();
});

describe('a port of a pod', () => {
  test('hides the number of the port, alone or in front of bytes', async () => {
    stream.attach(socket);
    stream.receive(0, PORT);
    stream.receive(0, Buffer.from('one '));
    const other = new PortStream();
    other.receive(0, Buffer.concat([PORT, Buffer.from('two')]));
    expect([String(stream.read()), String(other.read())]).toEqual(['one ', 'two']);
  });

  test('keeps what came before the socket was known, and makes the sender wait if it is much', () => {
    stream.receive(0, PORT);
    stream.receive(0, Buffer.alloc(stream.readableHighWaterMark));
    stream.attach(socket);
    expect(socket.asked).toEqual(['pause']);
    expect(stream.read()).toHaveLength(stream.readableHighWaterMark);
    expect(socket.asked).toEqual(['pause', 'resume']);
  });

  test('sends on the channel for data', () => {
    stream.attach(socket);
    stream.write('hello');
    expect(socket.sent).toEqual([Buffer.concat([Buffer.from([0]), Buffer.from('hello')])]);
  });

  test('fails with what the kubelet says went wrong, without secrets', async () => {
    stream.attach(socket);
    const failed = new Promise((resolve) => void stream.on('error', resolve));
    stream.receive(1, PORT);
    stream.receive(1, Buffer.from('lost connection to pod, token=abcdef'));
    const { message } = (await failed) as Error;
    expect(message).toContain('lost connection to pod');
    expect(message).not.toContain('abcdef');
    expect(socket.asked).toEqual(['terminate']);
  });

  test('may fail before anybody listens', async () => {
    stream.receive(1, Buffer.concat([PORT, Buffer.from('connection refused')]));
    await soon();
    expect(stream.errored?.message).toBe('connection refused');
    stream.attach(socket);
    expect(socket.asked).toEqual(['terminate']);
  });

  test('ends both ways when the socket closes, after the last byte was read', async () => {
    stream.attach(socket);
    stream.receive(0, PORT);
    stream.receive(0, Buffer.from('bye'));
    socket.close();
    expect(String(Buffer.concat(await stream.toArray()))).toBe('bye');
    await soon();
    expect(stream.destroyed).toBe(true);
  });

  test('takes its socket along, also one that comes too late', () => {
    stream.attach(socket);
    stream.destroy();
    const late = new PortStream();
    late.destroy();
    const other = new Socket();
    late.attach(other);
    expect([socket.asked, other.asked]).toEqual([['terminate'], ['terminate']]);
  });
});
