/** Where things are in Google Cloud: https://cloud.google.com/compute/docs/regions-zones */

/** The region of a zone, or of itself; undefined for what is neither. */
export const regionOf = (location: string): string | undefined =>
  /^([a-z]+-[a-z]+\d+)(-[a-z0-9]+)?$/.exec(location)?.[1];
