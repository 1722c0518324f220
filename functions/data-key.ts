/** The key of the operator's that encrypts what clusters keep: disks of nodes and volumes, and their buckets. One of each region. */

/** https://cloud.google.com/kms/docs/resource-hierarchy#retrieve_resource_id; `{region}` stands for the region. */
export const KEY_NAME =
  /^projects\/[^/]+\/locations\/(\{region\}|[a-z0-9-]+)\/keyRings\/[\w-]+\/cryptoKeys\/[\w-]+$/;

/** A key lives in one region, and only what is there can be encrypted with it. */
export const keyIn = (name: string, region: string): string => name.replaceAll('{region}', region);
