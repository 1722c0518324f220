/** What a client accepts, and so in which form it is answered. https://kubernetes.io/docs/reference/using-api/api-concepts/ */
import { ApiError } from '../errors.ts';

export type Form = 'object' | 'table' | 'metadata' | 'metadata-list' | 'discovery';

export interface Accepted {
  form: Form;
  /** Of the form: `v1` or `v1beta1` of a Table, `v2` or `v2beta1` of the aggregated discovery. */
  version: string;
  yaml: boolean;
}

const AS: Readonly<Record<string, { form: Form; group: string; versions: readonly string[] }>> = {
  Table: { form: 'table', group: 'meta.k8s.io', versions: ['v1', 'v1beta1'] },
  PartialObjectMetadata: { form: 'metadata', group: 'meta.k8s.io', versions: ['v1'] },
  PartialObjectMetadataList: { form: 'metadata-list', group: 'meta.k8s.io', versions: ['v1'] },
  APIGroupDiscoveryList: {
    form: 'discovery',
    group: 'apidiscovery.k8s.io',
    versions: ['v2', 'v2beta1'],
  },
};

const PLAIN = new Set(['application/json', 'application/*', '*/*']);

/** The first form of the client's list that is offered here. @throws ApiError 406 */
export function negotiate(accept: string | undefined, offered: readonly Form[]): Accepted {
  if (!accept) return { form: 'object', version: '', yaml: false };
  for (const range of accept.split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const yaml = type === 'application/yaml';
    if (!yaml && !PLAIN.has(type)) continue;
    const found = formOf(parameters);
    if (found && offered.includes(found.form)) return { ...found, yaml };
  }
  throw new ApiError(
    406,
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/yaml',
  );
}

function formOf(parameters: readonly string[]): { form: Form; version: string } | undefined {
  const values = new Map(parameters.map((one) => one.split('=', 2) as [string, string]));
  const as = values.get('as');
  if (as === undefined) return { form: 'object', version: '' };
  const known = AS[as];
  const version = values.get('v') ?? '';
  if (!known || values.get('g') !== known.group || !known.versions.includes(version)) return undefined;
  return { form: known.form, version };
}
