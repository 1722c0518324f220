import { describe, expect, test } from 'vitest';
import { seededRandom } from '../local/random.ts';
import { traceFrom, traceOfRequest, traceparentOf } from './trace.ts';

const ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('a trace', () => {
  test('goes on under a span of this invocation', () => {
    const trace = traceFrom(seededRandom(1), `00-${ID}-${SPAN}-01`);
    expect(trace.traceId).toBe(ID);
    expect(trace.spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(trace.spanId).not.toBe(SPAN);
  });

  test('is written so that it can be read again', () => {
    const trace = traceFrom(seededRandom(1));
    expect(traceFrom(seededRandom(2), traceparentOf(trace)).traceId).toBe(trace.traceId);
  });

  test('is that of the caller, and Google’s where the caller names none', () => {
    const other = 'f'.repeat(32);
    const both = new Headers({
      traceparent: `00-${ID}-${SPAN}-00`,
      'x-cloud-trace-context': `${other}/1;o=1`,
    });
    expect(traceOfRequest(both, seededRandom(1)).traceId).toBe(ID);
    const googles = new Headers({ 'x-cloud-trace-context': `${other}/12345;o=1` });
    expect(traceOfRequest(googles, seededRandom(1)).traceId).toBe(other);
  });

  test.each([
    ['nothing', ''],
    ['no hexadecimal number', `00-${'g'.repeat(32)}-${SPAN}-01`],
    ['zeros only', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['a version that cannot be', `ff-${ID}-${SPAN}-01`],
    ['something more', `00-${ID}-${SPAN}-01"; drop`],
    ['a line of its own', `00-${ID}-${SPAN}-01\n`],
    ['a secret', 'Bearer eyJhbGciOi.J9.x'],
  ])('is begun anew by %s', (_, header) => {
    const { traceId } = traceFrom(seededRandom(1), header, header);
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(traceId).not.toBe(ID);
  });
});
