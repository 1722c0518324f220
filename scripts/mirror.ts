/** The project's own mirror of charts, which clusters are installed from: what it must hold, and what it lacks. */
import { meshReleases } from '../functions/leaf/mesh.ts';
import { Unusable } from '../local/command.ts';
import { PRODUCTS } from '../shared/catalog/catalog.ts';
import type { Answer, Google } from './google.ts';

export interface Chart {
  chart: string;
  version: string;
}

const ALL = PRODUCTS.map(({ id }) => id);

/** Every chart in every version that a cluster of these products may ask for; of all of them: terraform/generated/charts.json. */
export const wantedCharts = (products: readonly string[] = ALL): readonly Chart[] => [
  ...meshReleases().map(({ chart, version }) => ({ chart, version })),
  ...PRODUCTS.filter(({ id }) => products.includes(id)).flatMap(({ chart, versions }) =>
    versions.map(({ version }) => ({ chart, version })),
  ),
];

/** As in terraform/variables.tf. */
export const OFFERED = 'pachyderm';

/** @param text of the option `--products` @throws Unusable if the catalog has no such product */
export function productsIn(text = OFFERED): readonly string[] {
  const products = text.split(',');
  const unknown = products.filter((id) => !ALL.includes(id));
  if (unknown.length === 0) return products;
  throw new Unusable(`--products: the catalog has no ${unknown.join(', ')}, but ${ALL.join(', ')}`);
}

/** Where charts are made by others. Those of one's own products are where one keeps them. */
const ISTIO = 'oci://ghcr.io/istio/release/charts';
export const REPOSITORIES: Readonly<Record<string, string>> = {
  base: ISTIO,
  istiod: ISTIO,
  gateway: ISTIO,
  pachyderm: 'https://helm.pachyderm.com',
};

export const mirrorOf = (project: string, region: string): string =>
  `oci://${region}-docker.pkg.dev/${project}/charts`;

/**
 * A version of a chart is a tag of its own.
 * https://cloud.google.com/artifact-registry/docs/reference/rest/v1/projects.locations.repositories.packages.tags/get
 * @returns those that are not there; or the answer by which that cannot be seen
 */
export async function missingCharts(
  google: Google,
  project: string,
  region: string,
  products: readonly string[],
): Promise<Chart[] | Answer> {
  const missing: Chart[] = [];
  for (const { chart, version } of wantedCharts(products)) {
    // A tag has no plus: https://helm.sh/docs/topics/registries/#oci-feature-deprecation-and-behavior-changes-with-v380
    const name = `projects/${project}/locations/${region}/repositories/charts/packages/${chart}/tags/${version.replaceAll('+', '_')}`;
    const answer = await google.call('GET', `https://artifactregistry.googleapis.com/v1/${name}`);
    if (answer.status === 404) missing.push({ chart, version });
    else if (answer.status !== 200) return answer;
  }
  return missing;
}
