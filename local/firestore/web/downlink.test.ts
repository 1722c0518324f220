/** The way to the client, by the clock. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createDownlink, type Downlink } from './downlink.ts';
import { WEB_LIMITS } from './server.ts';

/** What the handshake promises; clients take a back channel for dead after 1.5 times as long. */
const PROMISED_MS = 30_000;

let downlink: Downlink;
/** When something was written. */
let written: number[];
beforeEach(() => {
  vi.useFakeTimers();
  written = [Date.now()];
  downlink = createDownlink(WEB_LIMITS, () => undefined);
  const back = {
    write() {
      written.push(Date.now());
      return true;
    },
    end: () => undefined,
    destroy: () => undefined,
  };
  downlink.attach(back, { acknowledged: 0, longPoll: false, timeoutMs: undefined });
});
afterEach(() => {
  downlink.end();
  vi.useRealTimers();
});

const longestSilenceMs = (): number => {
  const times = [...written, Date.now()];
  return Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? 0)));
};

describe('a streaming back channel', () => {
  test('that has nothing to say is never silent for too long', async () => {
    await vi.advanceTimersByTimeAsync(300_000);
    expect(longestSilenceMs()).toBeLessThan(PROMISED_MS);
  });

  test('nor after a message, whenever it comes', async () => {
    for (let waitMs = 1000; waitMs <= 40_000; waitMs += 1500) {
      await vi.advanceTimersByTimeAsync(waitMs);
      downlink.push('["news"]');
    }
    await vi.advanceTimersByTimeAsync(60_000);
    expect(longestSilenceMs()).toBeLessThan(PROMISED_MS);
  });
});
