/** Where this cloud has machines, and which. A handful of the real ones: https://cloud.google.com/compute/docs/regions-zones */

export const ZONES: Readonly<Record<string, readonly string[]>> = {
  'europe-west1': ['europe-west1-b', 'europe-west1-c', 'europe-west1-d'],
  'europe-west4': ['europe-west4-a', 'europe-west4-b', 'europe-west4-c'],
  'us-central1': ['us-central1-a', 'us-central1-b', 'us-central1-c', 'us-central1-f'],
  'us-east1': ['us-east1-b', 'us-east1-c', 'us-east1-d'],
  'asia-northeast1': ['asia-northeast1-a', 'asia-northeast1-b', 'asia-northeast1-c'],
};

/** All regions and all zones. */
export const LOCATIONS: readonly string[] = [...Object.keys(ZONES), ...Object.values(ZONES).flat()];

export const isRegion = (location: string): boolean => Object.hasOwn(ZONES, location);

/** The region of a zone or region; undefined if there is no such location. */
export const findRegion = (location: string): string | undefined =>
  isRegion(location) ? location : Object.keys(ZONES).find((region) => ZONES[region]?.includes(location));

/** Zones in which a cluster of that location has nodes unless it says otherwise: one, or three of the region. */
export const defaultZones = (location: string): readonly string[] =>
  isRegion(location) ? (ZONES[location] ?? []).slice(0, 3) : [location];

/** vCPUs of a machine type (the number its name ends in); undefined if there is no such type. */
export function findCpus(machineType: string): number | undefined {
  const match =
    /^(?:e2|n1|n2|n2d|n4|c3|t2d)-(?:standard|highmem|highcpu)-(2|4|8|16|32|48|64|80|96|128)$/.exec(
      machineType,
    );
  return match ? Number(match[1]) : machineType === 'e2-medium' ? 2 : undefined;
}
