import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { minutes } from '../../../shared/units.ts';
import { ApiError, answerTo, must, unreachable } from './client.ts';
import { pauseMs, persist, persistAgain } from './persist.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** So late that whatever is to come has come. Not until no timer is left: another file's, of this process, may begin itself anew for ever. */
const later = () => vi.advanceTimersByTimeAsync(minutes(10));

/** Fails so many times, and answers then. */
function asking(failures: number, failure: Error = unreachable()) {
  const told: string[] = [];
  let asked = 0;
  const ask = async (): Promise<string> => {
    if (asked++ < failures) throw failure;
    return 'the answer';
  };
  const persistence = persist(ask, {
    answered: (value) => void told.push(value),
    failed: ({ message }) => void told.push(message),
  });
  return { told, persistence, asked: () => asked };
}
const UNREACHABLE = 'Hub cannot be reached at the moment.';

test('what fails is told in words, and asked again until there is an answer', async () => {
  const { told, asked } = asking(2);
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual([UNREACHABLE]);
  await vi.advanceTimersByTimeAsync(pauseMs(1));
  await vi.advanceTimersByTimeAsync(pauseMs(2));
  expect(told).toEqual([UNREACHABLE, UNREACHABLE, 'the answer']);
  await later();
  expect(asked()).toBe(3);
});

test('the pauses grow, and end at a minute', () => {
  expect([1, 2, 3, 6, 40].map(pauseMs)).toEqual([2_000, 4_000, 8_000, 60_000, 60_000]);
});

test('who does not want to wait asks at once, and not twice', async () => {
  const { told, persistence, asked } = asking(1);
  persistence.now();
  await vi.advanceTimersByTimeAsync(0);
  persistence.now();
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual([UNREACHABLE, 'the answer']);
  await later();
  expect(asked()).toBe(2);
});

test('what is said while it is asked, it is asked once more for, however often that is', async () => {
  const told: number[] = [];
  let asked = 0;
  const ask = async (): Promise<number> => ++asked;
  const { again, stop } = persistAgain(ask, { answered: (value) => void told.push(value), failed() {} });
  again();
  again();
  await later();
  expect(told).toEqual([1, 2]);
  again();
  await later();
  expect(told).toEqual([1, 2, 3]);
  again();
  stop();
  await later();
  expect(told).toEqual([1, 2, 3]);
});

test('who has gone is told nothing, and nothing is asked for them', async () => {
  const { told, persistence, asked } = asking(1);
  persistence.stop();
  await later();
  persistence.now();
  expect([told, asked()]).toEqual([[], 1]);
});

const refusal = (code: ApiError['code']) => new ApiError({ code, title: code, remedy: '' });

test('what is refused for good is asked again only by whoever wants it', async () => {
  const { told, persistence, asked } = asking(1, refusal('NOT_FOUND'));
  await later();
  expect([told, asked()]).toEqual([['NOT_FOUND'], 1]);
  persistence.now();
  await later();
  expect(told).toEqual(['NOT_FOUND', 'the answer']);
});

test('what may be let through later is asked again', async () => {
  const { told } = asking(1, refusal('TOO_MANY_REQUESTS'));
  await later();
  expect(told).toEqual(['TOO_MANY_REQUESTS', 'the answer']);
});

test('a fault of the page is told as one, and is in the log', async () => {
  const reported: unknown[] = [];
  vi.stubGlobal('reportError', (error: unknown) => void reported.push(error));
  const fault = new TypeError('x is undefined');
  const { told } = asking(1, fault);
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual(['Something went wrong in Hub.']);
  expect(reported).toEqual([fault]);
});

const refusedWith = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'nothing',
    (error) => (error instanceof ApiError ? error.message : 'no refusal'),
  );

test.each([
  ['nobody answers', () => Promise.reject(new TypeError('Failed to fetch'))],
  [
    'an answer breaks off',
    async () => new Response(new ReadableStream({ start: (stream) => stream.error(new TypeError('cut')) })),
  ],
])('where %s, Hub cannot be reached', async (_, answer) => {
  vi.stubGlobal('fetch', answer);
  expect(await refusedWith(answerTo(new Request('https://hub.test/v1/me')))).toBe(UNREACHABLE);
});

test('an answer that is no JSON is not understood', async () => {
  vi.stubGlobal('fetch', async () => new Response('<html>Sign in to this network</html>'));
  const answer = answerTo(new Request('https://hub.test/v1/me')).then(async (response) => ({
    data: await response.json(),
    response,
  }));
  expect(await refusedWith(must(answer))).toBe('Hub answered something that this page does not understand.');
});
