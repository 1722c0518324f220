/**
 * CustomResourceDefinitions: from the definition to the kinds that it has the cluster serve.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
 */
import type { Schema } from './custom-schema.ts';
import { type Kind, SCALE, statusOf, VERBS } from './kinds.ts';
import type { Fields, Stored } from './objects.ts';

/** What a custom kind has beyond one of Kubernetes' own. */
export interface CustomKind {
  /** The CustomResourceDefinition's name. */
  readonly definition: string;
  /** Of the whole object. */
  readonly schema: Schema;
  /** `additionalPrinterColumns`. */
  readonly columns: readonly Fields[];
  /** Fields that a field selector may name: `spec.host`. */
  readonly selectable: readonly string[];
  readonly scale:
    | { specReplicasPath: string; statusReplicasPath: string; labelSelectorPath?: string }
    | undefined;
}

export const CUSTOM_CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';

const conditionOf = (object: Fields, type: string): Fields | undefined =>
  (object.status?.conditions ?? []).find((one: Fields) => one.type === type);

/** The kinds that the definition has served, one for each served version; none before it is established. */
export function kindsOf(definition: Stored): Kind[] {
  if (conditionOf(definition, 'Established')?.status !== 'True') return [];
  const versions: Fields[] = definition.spec?.versions ?? [];
  const storage = versions.find((version) => version.storage);
  if (!storage) return [];
  const stored = kindOf(definition, storage, undefined);
  return versions.flatMap((version) => {
    if (version === storage) return version.served ? [stored] : [];
    return version.served ? [kindOf(definition, version, stored)] : [];
  });
}

function kindOf(definition: Stored, version: Fields, storedAs: Kind | undefined): Kind {
  const { group, names, scope } = definition.spec as Fields;
  const apiVersion = `${group}/${version.name}`;
  const { status, scale } = (version.subresources ?? {}) as Fields;
  return {
    group,
    version: version.name,
    plural: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    kind: names.kind,
    namespaced: scope === 'Namespaced',
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    verbs: VERBS,
    subresources: [...(status ? [statusOf(apiVersion, names.kind)] : []), ...(scale ? [SCALE] : [])],
    status: status !== undefined,
    generation: true,
    review: false,
    apiVersion,
    resource: `${names.plural}.${group}`,
    ...(storedAs && { storedAs }),
    custom: {
      definition: definition.metadata.name,
      schema: version.schema?.openAPIV3Schema ?? {},
      columns: version.additionalPrinterColumns ?? [],
      selectable: (version.selectableFields ?? []).map(({ jsonPath }: Fields) =>
        String(jsonPath).replace(/^\./, ''),
      ),
      scale,
    },
  };
}

/** An object as the version that was asked for shows it: versions without a converter differ in their name only. */
export function inVersion<T extends object>(kind: Kind, object: T): T {
  if (!kind.custom) return object;
  const { apiVersion, kind: name } = object as { apiVersion?: unknown; kind?: unknown };
  // What is no object of that kind (a Status, a Scale) stays.
  const shows = name === kind.kind && String(apiVersion).startsWith(`${kind.group}/`);
  return shows && apiVersion !== kind.apiVersion ? { ...object, apiVersion: kind.apiVersion } : object;
}
