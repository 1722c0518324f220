import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressIn, chooseRanges, overlap, PRIVATE_SPACE, spanOf } from './ranges.ts';

const own = (nodes: number, pods: number) => ({
  createSubnetwork: true,
  nodeIpv4CidrBlock: `/${nodes}`,
  clusterIpv4CidrBlock: `/${pods}`,
});

/** As many clusters as there is room for, up to a number. */
function fill(wanted: readonly ReturnType<typeof own>[]): string[] {
  const taken: string[] = [];
  for (const one of wanted) {
    const ranges = chooseRanges(one, taken);
    if ('missing' in ranges) break;
    taken.push(ranges.nodes, ranges.pods);
  }
  return taken;
}

test('what is chosen is of the size asked for, inside of the private space, and overlaps nothing', () => {
  const sizes = fc.record({
    nodes: fc.integer({ min: 20, max: 28 }),
    pods: fc.integer({ min: 14, max: 24 }),
  });
  fc.assert(
    fc.property(fc.array(sizes, { minLength: 1, maxLength: 12 }), (list) => {
      const taken = fill(list.map(({ nodes, pods }) => own(nodes, pods)));
      const space = spanOf(PRIVATE_SPACE);
      for (const [index, range] of taken.entries()) {
        const { first, last } = spanOf(range);
        expect((last - first + 1) & (last - first)).toBe(0);
        expect(first % (last - first + 1)).toBe(0);
        expect(first >= space.first && last <= space.last).toBe(true);
        expect(taken.slice(index + 1).some((other) => overlap(range, other))).toBe(false);
      }
    }),
    { seed: 1 },
  );
});

test('a thousand clusters of Hub’s have room, and then no more', () => {
  const taken = fill(Array.from({ length: 2000 }, () => own(26, 19)));
  // 1,024 ranges for pods, less those whose place the nodes have.
  expect(taken.length / 2).toBe(1016);
});

test('room that is given back is taken again, and a range that is named must be free', () => {
  const [nodes = '', pods = '', ...others] = fill([own(26, 19), own(26, 19)]);
  expect(chooseRanges(own(26, 19), others)).toEqual({ nodes, pods });
  const named = {
    createSubnetwork: true,
    nodeIpv4CidrBlock: '10.0.0.0/26',
    clusterIpv4CidrBlock: '10.4.0.0/19',
  };
  expect(chooseRanges(named, [])).toEqual({ nodes: '10.0.0.0/26', pods: '10.4.0.0/19' });
  expect(chooseRanges(named, ['10.0.0.32/28'])).toEqual({ missing: '10.0.0.0/26', for: 'nodes' });
  expect(chooseRanges(named, ['10.0.0.0/8'])).toMatchObject({ for: 'nodes' });
});

test('without a subnetwork of their own all have nodes in the same range', () => {
  const one = chooseRanges({}, []);
  const two = chooseRanges({}, 'pods' in one ? [one.pods] : []);
  expect('nodes' in one && 'nodes' in two && one.nodes === two.nodes && one.pods !== two.pods).toBe(true);
});

test('an address is counted from the first of its range', () => {
  expect(addressIn('10.0.0.64/26', 2)).toBe('10.0.0.66');
  expect(addressIn('10.0.255.255/32', 1)).toBe('10.1.0.0');
});
