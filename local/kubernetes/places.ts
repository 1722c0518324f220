/** Zones and regions, as the names of Google Cloud tell them: `europe-west1-b` lies in `europe-west1`. */

const ZONE = /^(.+)-[a-z]$/;

export const regionOf = (location: string): string => ZONE.exec(location)?.[1] ?? location;

/** The zones that the nodes of a cluster at this location are in. */
export const zonesOf = (location: string): string[] =>
  ZONE.test(location) ? [location] : ['a', 'b', 'c'].map((letter) => `${location}-${letter}`);
