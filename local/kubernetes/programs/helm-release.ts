/** Helm's own memory: one Secret per revision of a release, encoded as Helm does. https://helm.sh/docs/topics/advanced/#storage-backends */
import { gunzipSync, gzipSync } from 'node:zlib';
import { apply, create, remove } from '../api.ts';
import type { Caller } from '../identity.ts';
import { KINDS, type Kind } from '../kinds.ts';
import type { LeafCluster } from '../leaf-cluster.ts';
import type { Fields, Stored } from '../objects.ts';

type ReleaseStatus =
  | 'pending-install'
  | 'pending-upgrade'
  | 'deployed'
  | 'failed'
  | 'superseded'
  | 'uninstalled';

export interface Release {
  name: string;
  namespace: string;
  revision: number;
  chart: string;
  chartVersion: string;
  appVersion: string;
  status: ReleaseStatus;
  description: string;
  values: Fields;
  manifest: Fields[];
  firstDeployedAt: string;
  deployedAt: string;
}

const secretName = (name: string, revision: number): string => `sh.helm.release.v1.${name}.v${revision}`;

const isOf = (secret: Stored, name: string): boolean =>
  secret.type === 'helm.sh/release.v1' && secret.metadata.labels?.name === name;

/** All revisions, the oldest first. */
export function releasesOf(leaf: LeafCluster, namespace: string, name: string): Stored[] {
  return [...leaf.objects.each(KINDS.Secret, namespace)]
    .filter((secret) => isOf(secret, name))
    .sort((a, b) => revisionOf(a) - revisionOf(b));
}

export const revisionOf = (secret: Stored): number => Number(secret.metadata.labels?.version);

export const statusOf = (secret: Stored): ReleaseStatus =>
  (secret.metadata.labels?.status ?? 'failed') as ReleaseStatus;

export function readRelease(secret: Stored): Release {
  const encoded = Buffer.from(String(secret.data?.release), 'base64').toString('latin1');
  const json = JSON.parse(gunzipSync(Buffer.from(encoded, 'base64')).toString('utf8'));
  return {
    name: json.name,
    namespace: json.namespace,
    revision: json.version,
    chart: json.chart.metadata.name,
    chartVersion: json.chart.metadata.version,
    appVersion: json.chart.metadata.appVersion,
    status: json.info.status,
    description: json.info.description,
    values: json.config,
    manifest: String(json.manifest)
      .split('---\n')
      .filter((part) => part.trim() !== '')
      .map((part) => JSON.parse(part)),
    firstDeployedAt: json.info.first_deployed,
    deployedAt: json.info.last_deployed,
  };
}

export function writeRelease(leaf: LeafCluster, release: Release): void {
  const name = secretName(release.name, release.revision);
  const object = {
    metadata: {
      name,
      labels: {
        name: release.name,
        owner: 'helm',
        status: release.status,
        version: String(release.revision),
        modifiedAt: String(Math.floor(leaf.world.clock.now() / 1000)),
      },
    },
    type: 'helm.sh/release.v1',
    data: { release: encode(release) },
  };
  const there = leaf.objects.get(KINDS.Secret, release.namespace, name);
  if (there)
    leaf.objects.put(KINDS.Secret, {
      ...there,
      ...object,
      metadata: { ...there.metadata, ...object.metadata },
    });
  else create(leaf, KINDS.Secret, release.namespace, object);
}

/** Base64 of gzip of JSON, and base64 once more for the Secret. JSON is YAML, so the manifest stays readable to Helm. */
function encode(release: Release): string {
  const { name, namespace, revision, chart, chartVersion, appVersion, status, description } = release;
  const json = JSON.stringify({
    name,
    namespace,
    version: revision,
    info: {
      first_deployed: release.firstDeployedAt,
      last_deployed: release.deployedAt,
      deleted: '',
      description,
      status,
    },
    chart: {
      metadata: { name: chart, version: chartVersion, appVersion, apiVersion: 'v2', type: 'application' },
      values: {},
      templates: [],
      files: [],
      lock: null,
      schema: null,
    },
    config: release.values,
    manifest: release.manifest.map((object) => `---\n${JSON.stringify(object)}\n`).join(''),
    hooks: [],
  });
  const zipped = gzipSync(json, { level: 1 }).toString('base64');
  return Buffer.from(zipped, 'latin1').toString('base64');
}

/** Forgets the oldest revisions beyond the limit; 0 keeps all. */
export function trimHistory(leaf: LeafCluster, namespace: string, name: string, most: number): void {
  const all = releasesOf(leaf, namespace, name);
  if (most === 0) return;
  for (const secret of all.slice(0, Math.max(0, all.length - most))) {
    remove(leaf, KINDS.Secret, namespace, secret.metadata.name);
  }
}

export const applyAsHelm = (
  leaf: LeafCluster,
  kind: Kind,
  object: Fields,
  options: { caller: Caller; force: boolean },
): void => {
  const { namespace, name } = object.metadata;
  apply(leaf, kind, namespace, name, object, { manager: 'helm', ...options });
};
