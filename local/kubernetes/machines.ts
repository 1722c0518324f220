/** What a node of a machine type has, and what of it GKE leaves to pods. */

interface Machine {
  cpuMilli: number;
  memoryMiB: number;
}

/** GiB of memory for each vCPU. https://cloud.google.com/compute/docs/machine-resource */
const MEMORY_PER_CPU: ReadonlyArray<readonly [RegExp, number]> = [
  [/^n1-standard-/, 3.75],
  [/^n1-highmem-/, 6.5],
  [/^n1-highcpu-/, 0.9],
  [/^(e2|n2|n2d|n4|t2d|c3|c3d|c4)-highcpu-/, 1],
  [/^\w+-highcpu-/, 2],
  [/^\w+-highmem-/, 8],
  [/^\w+-standard-/, 4],
];

const SMALL: Readonly<Record<string, Machine>> = {
  'e2-micro': { cpuMilli: 2000, memoryMiB: 1024 },
  'e2-small': { cpuMilli: 2000, memoryMiB: 2048 },
  'e2-medium': { cpuMilli: 2000, memoryMiB: 4096 },
};

function machineOf(type: string): Machine {
  const small = SMALL[type];
  if (small) return small;
  const cpus = Number(/-(\d+)$/.exec(type)?.[1] ?? 4);
  const [, gib = 4] = MEMORY_PER_CPU.find(([pattern]) => pattern.test(type)) ?? [];
  return { cpuMilli: cpus * 1000, memoryMiB: cpus * gib * 1024 };
}

/** Pieces of the whole and the share that is kept of each; the last one has no end. */
type Shares = ReadonlyArray<readonly [size: number, share: number]>;

const CPU_KEPT: Shares = [
  [1000, 0.06],
  [1000, 0.01],
  [2000, 0.005],
  [Number.POSITIVE_INFINITY, 0.0025],
];
const MEMORY_KEPT: Shares = [
  [4096, 0.25],
  [4096, 0.2],
  [8192, 0.1],
  [114_688, 0.06],
  [Number.POSITIVE_INFINITY, 0.02],
];
/** Below which the kubelet evicts. */
const EVICTION_MIB = 100;

function kept(whole: number, shares: Shares): number {
  let left = whole;
  let sum = 0;
  for (const [size, share] of shares) {
    const piece = Math.min(left, size);
    sum += piece * share;
    left -= piece;
  }
  return sum;
}

const PODS = '110';
const DISK_GIB = 100;

/** `status.capacity` and `status.allocatable` of a node. https://cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes */
export function nodeSizes(machineType: string): {
  capacity: Record<string, string>;
  allocatable: Record<string, string>;
} {
  const { cpuMilli, memoryMiB } = machineOf(machineType);
  const sizes = (milli: number, mib: number, diskGiB: number): Record<string, string> => ({
    cpu: milli % 1000 === 0 ? String(milli / 1000) : `${Math.floor(milli)}m`,
    'ephemeral-storage': `${Math.floor(diskGiB)}Gi`,
    memory: `${Math.floor(mib * 1024)}Ki`,
    pods: PODS,
  });
  return {
    capacity: sizes(cpuMilli, memoryMiB, DISK_GIB),
    allocatable: sizes(
      cpuMilli - kept(cpuMilli, CPU_KEPT),
      memoryMiB - kept(memoryMiB, MEMORY_KEPT) - EVICTION_MIB,
      DISK_GIB * 0.47,
    ),
  };
}
