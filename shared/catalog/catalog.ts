/**
 * What Hub offers: products with their versions, sizes, regions and prices. A second product is an entry here, not a second Hub.
 * Prices are for the sum shown before pressing the button, not for invoices.
 */
import type { ClusterSpec } from '../documents/cluster.ts';
import type { ResourceKind } from '../documents/ledger.ts';
import { AppError, type FieldError } from '../errors.ts';
import { microsOf } from '../money.ts';
import { MONTH_HOURS } from '../units.ts';
import { hello } from './hello.ts';
import { pachyderm } from './pachyderm.ts';
import type { Machine, Product, ProductVersion } from './product.ts';
import { ZONES } from './zones.ts';

interface Size extends Machine {
  id: string;
  label: string;
  machineType: MachineType;
  /** Per zone of the cluster. */
  nodes: number;
  /** Boot disk of each node. */
  diskGiB: number;
}

interface Region {
  id: string;
  label: string;
  /** In the order in which they are tried. */
  zones: readonly string[];
}

/** An estimate, at list prices, and shown as "about". */
interface Price {
  hourlyMicros: number;
}

export const PRODUCTS: readonly Product[] = [pachyderm, hello];

export const SIZES: readonly Size[] = [
  {
    id: 'small',
    label: '2 machines with 4 CPUs and 16 GB',
    machineType: 'e2-standard-4',
    cpus: 4,
    memoryGiB: 16,
    nodes: 2,
    diskGiB: 50,
  },
  {
    id: 'medium',
    label: '3 machines with 8 CPUs and 32 GB',
    machineType: 'e2-standard-8',
    cpus: 8,
    memoryGiB: 32,
    nodes: 3,
    diskGiB: 100,
  },
  {
    id: 'large',
    label: '5 machines with 16 CPUs and 64 GB',
    machineType: 'e2-standard-16',
    cpus: 16,
    memoryGiB: 64,
    nodes: 5,
    diskGiB: 200,
  },
];

export const REGIONS: readonly Region[] = [
  { id: 'europe-west1', label: 'Belgium', zones: ['europe-west1-b', 'europe-west1-c', 'europe-west1-d'] },
  {
    id: 'us-central1',
    label: 'Iowa',
    zones: ['us-central1-a', 'us-central1-b', 'us-central1-c', 'us-central1-f'],
  },
  {
    id: 'asia-northeast1',
    label: 'Tokyo',
    zones: ['asia-northeast1-a', 'asia-northeast1-b', 'asia-northeast1-c'],
  },
];

// List prices without any discount. Beside each is the page of Google's public price list on which to compare it. Of the fee alone the day is known
// on which somebody did; of the others, since when they have stood here.

/** As of 2026-11-01: https://cloud.google.com/kubernetes-engine/pricing */
const GKE_FEE_HOURLY = microsOf(0.1);

/**
 * On-demand price of one machine by type; regional differences are within the estimate. A size whose machine is not here does not compile: it
 * would cost nothing, and fit into every limit. Here since 2026-11-23: https://cloud.google.com/compute/vm-instance-pricing
 */
const MACHINE_HOURLY = {
  'e2-standard-4': microsOf(0.134),
  'e2-standard-8': microsOf(0.268),
  'e2-standard-16': microsOf(0.536),
} satisfies Record<string, number>;
type MachineType = keyof typeof MACHINE_HOURLY;

/** Of the balanced kind. Here since 2026-11-23: https://cloud.google.com/compute/disks-image-pricing#disk */
const DISK_GIB_HOURLY = microsOf(0.1 / MONTH_HOURS);
/** A reserved address that nothing uses. Here since 2026-11-29: https://cloud.google.com/vpc/network-pricing#ipaddress */
const ADDRESS_HOURLY = microsOf(0.01);
/** One of the first five of a project, which cost the most. Here since 2026-11-29: https://cloud.google.com/vpc/network-pricing#lb */
const FORWARDING_RULE_HOURLY = microsOf(0.025);

const DEFAULTS = { product: 'pachyderm', size: 'small', region: 'europe-west1' } as const;

const findProduct = (id: string): Product | undefined => PRODUCTS.find((product) => product.id === id);
export const findSize = (id: string): Size | undefined => SIZES.find((size) => size.id === id);
export const findRegion = (id: string): Region | undefined => REGIONS.find((region) => region.id === id);

/** What of the catalog people may order, as the operator of a Hub says. By ids of products. */
export interface Offer {
  products: readonly string[];
  /** Those for which there is a licence: their versions that need one are offered, too. */
  licensed: readonly string[];
}

const WITHOUT_LICENSES: Offer = { products: PRODUCTS.map(({ id }) => id), licensed: [] };

export const offeredProducts = ({ products }: Pick<Offer, 'products'>): readonly Product[] =>
  PRODUCTS.filter(({ id }) => products.includes(id));

/** A cluster that was asked for before its version was withdrawn is made all the same. */
export const offeredVersions = (
  { id, versions }: Product,
  { licensed }: Pick<Offer, 'licensed'>,
): readonly ProductVersion[] =>
  versions.filter(({ needsLicense, withdrawn }) => !withdrawn && (!needsLicense || licensed.includes(id)));

/** Whether one could be ordered now like a cluster that is there. */
export function isOffered(
  { product: id, version }: Pick<ClusterSpec, 'product' | 'version'>,
  offer: Offer,
): boolean {
  const product = offeredProducts(offer).find((one) => one.id === id);
  return product !== undefined && offeredVersions(product, offer).some((one) => one.version === version);
}

/** The catalog entries behind a stored spec. @throws Error if the catalog no longer has them: a version is withdrawn, never removed. */
export function entriesOf(spec: ClusterSpec): { product: Product; size: Size; region: Region } {
  const product = findProduct(spec.product);
  const size = findSize(spec.size);
  const region = findRegion(spec.region);
  if (!product || !size || !region)
    throw new Error(`the catalog has no ${spec.product}/${spec.size}/${spec.region}`);
  return { product, size, region };
}

/** Machines of the whole cluster. */
const nodesOf = (spec: Pick<ClusterSpec, 'availability'>, size: Size): number =>
  size.nodes * ZONES[spec.availability];

/** Price of one cluster while it exists. The machine prices make it an estimate. */
export function priceOf(spec: Pick<ClusterSpec, 'size' | 'availability'>): Price {
  const size = findSize(spec.size);
  if (!size) throw new AppError('UNKNOWN_SIZE');
  const each = MACHINE_HOURLY[size.machineType] + size.diskGiB * DISK_GIB_HOURLY;
  return { hourlyMicros: GKE_FEE_HOURLY + nodesOf(spec, size) * each };
}

/** Of the least that can be ordered. */
export const LOWEST_PRICE: Price = SIZES.map(({ id }) => priceOf({ size: id, availability: 'zonal' })).reduce(
  (lowest, price) => (price.hourlyMicros < lowest.hourlyMicros ? price : lowest),
);

/** How large something in the cloud is, as far as its price hangs on that. */
export interface Extent {
  /** Of clusters. */
  pools?: readonly { machineType: string; machines: number; diskGiB: number }[];
  /** Of disks. */
  sizeGiB?: number;
}

/**
 * Price of one thing in the cloud while it exists, used or not. What is paid for by what is in it or goes through it costs nothing here.
 * Nobody has read these prices anywhere lately: estimates.
 */
export function priceOfResource(kind: ResourceKind, { pools = [], sizeGiB = 0 }: Extent = {}): Price {
  switch (kind) {
    case 'cluster': {
      const machines = pools.map(
        (pool) => pool.machines * (hourlyOf(pool.machineType) + pool.diskGiB * DISK_GIB_HOURLY),
      );
      return { hourlyMicros: machines.reduce((sum, one) => sum + one, GKE_FEE_HOURLY) };
    }
    case 'disk':
      return { hourlyMicros: sizeGiB * DISK_GIB_HOURLY };
    case 'address':
      return { hourlyMicros: ADDRESS_HOURLY };
    case 'forwarding-rule':
      return { hourlyMicros: FORWARDING_RULE_HOURLY };
    default:
      return { hourlyMicros: 0 };
  }
}

/** Of a machine that was found, whose type the catalog need not have: then it counts as the dearest, so that nothing that leaks looks free. */
const hourlyOf = (machineType: string): number =>
  (MACHINE_HOURLY as Record<string, number>)[machineType] ?? Math.max(...Object.values(MACHINE_HOURLY));

/** What a user may leave out. */
export interface SpecWish {
  product?: string | undefined;
  version?: string | undefined;
  size?: string | undefined;
  region?: string | undefined;
  availability?: ClusterSpec['availability'] | undefined;
  isolation?: ClusterSpec['isolation'] | undefined;
  ttlHours?: number | undefined;
}

/**
 * Fills in what was left out and refuses what Hub does not offer.
 * @throws AppError UNKNOWN_PRODUCT, UNKNOWN_VERSION, UNKNOWN_SIZE, UNKNOWN_REGION, UNSUPPORTED_ISOLATION
 */
export function resolveSpec(wish: SpecWish, offer: Offer = WITHOUT_LICENSES): ClusterSpec {
  const refuse = (
    code: ConstructorParameters<typeof AppError>[0],
    field: string,
    known: readonly string[],
  ): AppError => {
    const errors: FieldError[] = [{ field, message: `Choose one of: ${known.join(', ')}` }];
    return new AppError(code, undefined, { errors });
  };
  const products = offeredProducts(offer);
  const wished = wish.product ?? DEFAULTS.product;
  // Where the usual one is not offered, the first is what people mean who name none.
  const product =
    products.find((p) => p.id === wished) ?? (wish.product === undefined ? products[0] : undefined);
  if (!product)
    throw refuse(
      'UNKNOWN_PRODUCT',
      'product',
      products.map((p) => p.id),
    );
  const offered = offeredVersions(product, offer);
  const version = offered.find((v) => (wish.version === undefined ? v.default : v.version === wish.version));
  if (!version)
    throw refuse(
      'UNKNOWN_VERSION',
      'version',
      offered.map((v) => v.version),
    );
  const size = findSize(wish.size ?? DEFAULTS.size);
  if (!size)
    throw refuse(
      'UNKNOWN_SIZE',
      'size',
      SIZES.map((s) => s.id),
    );
  const region = findRegion(wish.region ?? DEFAULTS.region);
  if (!region)
    throw refuse(
      'UNKNOWN_REGION',
      'region',
      REGIONS.map((r) => r.id),
    );
  if (wish.isolation === 'namespace') throw refuse('UNSUPPORTED_ISOLATION', 'isolation', ['dedicated']);
  return {
    product: product.id,
    version: version.version,
    size: size.id,
    region: region.id,
    availability: wish.availability ?? 'zonal',
    isolation: 'dedicated',
    ...(wish.ttlHours === undefined ? {} : { ttlHours: wish.ttlHours }),
  };
}
