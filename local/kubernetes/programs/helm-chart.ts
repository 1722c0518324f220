/** What Helm does with a chart before anything of a cluster is touched: finds it, reads its values, renders it. */
import type { Registry } from '../../registry/model.ts';
import { CHARTS, type Chart } from '../charts/index.ts';
import type { Fields } from '../objects.ts';
import { mergePatch } from '../patches.ts';
import type { UpgradeArguments } from './helm-arguments.ts';

/** What Helm prints after `Error: ` before it exits with 1. */
export class HelmError extends Error {}

/** With what it goes to a registry. */
interface Pull {
  /** Who may read which chart; absent: everybody may. */
  registry?: Registry | undefined;
  /** Text of the file that HELM_REGISTRY_CONFIG names, if there is one. */
  config?: string | undefined;
}

/** @throws HelmError */
export function findChart(args: UpgradeArguments, pull: Pull = {}): { chart: Chart; version: string } {
  const name = args.chart.slice(args.chart.lastIndexOf('/') + 1);
  if (!args.chart.startsWith('oci://')) {
    const [repository = ''] = args.chart.split('/');
    throw new HelmError(
      args.chart.startsWith('.') || args.chart.startsWith('/')
        ? `path "${args.chart}" not found`
        : `repo ${repository} not found`,
    );
  }
  const chart = CHARTS.find((candidate) => candidate.name === name);
  const version = args.version ?? chart?.versions.at(-1);
  requireAccess(args.chart, version ?? 'latest', pull);
  if (!chart || !version || !chart.versions.includes(version)) {
    const reference = `${args.chart.slice('oci://'.length)}${version ? `:${version}` : ''}`;
    throw new HelmError(`failed to perform "FetchReference" on source: ${reference}: not found`);
  }
  return { chart, version };
}

/** The registry says where it gives tokens to pull with, and there who comes is asked. */
function requireAccess(chart: string, version: string, { registry, config }: Pull): void {
  if (!registry) return;
  const { host, pathname } = new URL(chart);
  const path = pathname.slice(1);
  const refusal = registry.refusal(host, path, authOf(config, host));
  if (!refusal) return;
  const asked = new URLSearchParams({ scope: `repository:${path}:pull`, service: host });
  const { status, code, message } = refusal;
  throw new HelmError(
    `failed to perform "FetchReference" on source: GET "https://${host}/v2/${path}/manifests/${version}": GET "https://${host}/v2/token?${asked}": response status code ${status}: ${code.toLowerCase()}: ${message}`,
  );
}

/** https://docs.docker.com/reference/cli/docker/login/#configure-the-credential-store */
function authOf(config: string | undefined, host: string): string | undefined {
  if (config === undefined) return undefined;
  try {
    return (JSON.parse(config) as { auths?: Record<string, { auth?: string }> }).auths?.[host]?.auth;
  } catch {
    throw new HelmError('invalid config format: failed to decode config file');
  }
}

/** Where a container's environment says that Helm's logins are kept. */
export const registryConfigPath = (container: Fields): string | undefined =>
  ((container.env ?? []) as Fields[]).find(({ name }) => name === 'HELM_REGISTRY_CONFIG')?.value;

/** What Helm logs of a chart that it found. */
export const pulledText = (args: UpgradeArguments, version: string): string =>
  `Pulled: ${args.chart.slice('oci://'.length)}:${version}`;

/** Values files are JSON here: JSON is YAML, and it is what Hub writes. @throws HelmError */
export function readValues(args: UpgradeArguments, readFile: (path: string) => string | undefined): Fields {
  let values: Fields = {};
  for (const path of args.valuesFiles) {
    const text = readFile(path);
    if (text === undefined) throw new HelmError(`open ${path}: no such file or directory`);
    try {
      values = mergePatch(values, JSON.parse(text)) as Fields;
    } catch {
      throw new HelmError(`failed to parse ${path}: error converting YAML to JSON: not JSON`);
    }
  }
  return values;
}

/** @throws HelmError */
export function renderChart(
  chart: Chart,
  version: string,
  values: Fields,
  args: UpgradeArguments,
  randomText: () => string,
): Fields[] {
  const faults = chart.check?.(values) ?? [];
  if (faults.length > 0) {
    throw new HelmError(
      `values don't meet the specifications of the schema(s) in the following chart(s):\n${chart.name}:\n${faults.map((fault) => `- ${fault}`).join('\n')}`,
    );
  }
  const objects = chart.render({
    release: args.release,
    namespace: args.namespace,
    version,
    values,
    randomText,
    refuse: (template, message) => {
      throw new HelmError(`execution error at (${chart.name}/templates/${template}): ${message}`);
    },
  });
  return objects.map((object) => ({
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...object.metadata.labels, 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: {
        ...object.metadata.annotations,
        'meta.helm.sh/release-name': args.release,
        'meta.helm.sh/release-namespace': args.namespace,
      },
    },
  }));
}
