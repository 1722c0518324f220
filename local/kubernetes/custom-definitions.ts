/** What the API server fills in a CustomResourceDefinition, and that it is served from the moment it is stored. */
import { CUSTOM_CLEANUP } from './custom-kinds.ts';
import type { KindRegistry } from './kind-registry.ts';
import type { Fields, Stored } from './objects.ts';

export function definitionDefaults(definition: Stored): Stored {
  const spec: Fields = definition.spec ?? {};
  const names: Fields = spec.names ?? {};
  const kind = String(names.kind ?? '');
  const full = {
    ...names,
    singular: names.singular ?? kind.toLowerCase(),
    listKind: names.listKind ?? `${kind}List`,
  };
  const { finalizers = [], deletionTimestamp } = definition.metadata;
  const cleaned = finalizers.includes(CUSTOM_CLEANUP) || deletionTimestamp !== undefined;
  return {
    ...definition,
    metadata: cleaned
      ? definition.metadata
      : { ...definition.metadata, finalizers: [...finalizers, CUSTOM_CLEANUP] },
    spec: { conversion: { strategy: 'None' }, ...spec, names: full },
  };
}

/** The definition with its status: accepted and established, unless somebody else has its names. */
export function established(kinds: KindRegistry, definition: Stored, now: string): Stored {
  const { names = {}, versions = [] } = definition.spec as Fields;
  const taken = conflictOf(kinds, definition);
  const before: Fields[] = definition.status?.conditions ?? [];
  const condition = (type: string, holds: boolean, reason: string, message: string): Fields => {
    const status = holds ? 'True' : 'False';
    const known = before.find((one) => one.type === type && one.status === status);
    return { type, status, lastTransitionTime: known?.lastTransitionTime ?? now, reason, message };
  };
  const isHere = before.some((one) => one.type === 'Established' && one.status === 'True');
  const accepted = taken === undefined;
  const { plural, singular, kind, listKind, shortNames, categories } = names as Fields;
  const storage: string | undefined = (versions as Fields[]).find((version) => version.storage)?.name;
  const stored: string[] = definition.status?.storedVersions ?? [];
  return {
    ...definition,
    status: {
      conditions: [
        ...before.filter((one) => one.type !== 'NamesAccepted' && one.type !== 'Established'),
        accepted
          ? condition('NamesAccepted', true, 'NoConflicts', 'no conflicts found')
          : condition('NamesAccepted', false, taken.reason, taken.message),
        accepted || isHere
          ? condition('Established', true, 'InitialNamesAccepted', 'the initial names have been accepted')
          : condition('Established', false, 'NotAccepted', 'not all names are accepted'),
      ],
      acceptedNames: accepted
        ? {
            plural,
            singular,
            kind,
            listKind,
            ...(shortNames && { shortNames }),
            ...(categories && { categories }),
          }
        : { plural: '', kind: '' },
      storedVersions: storage === undefined || stored.includes(storage) ? stored : [...stored, storage],
    },
  };
}

/** Who else has one of its names. */
function conflictOf(
  registry: KindRegistry,
  definition: Stored,
): { reason: string; message: string } | undefined {
  const { group, names = {} } = definition.spec as Fields;
  const clash = registry
    .all()
    .filter((other) => other.group === group && other.custom?.definition !== definition.metadata.name)
    .find((other) => other.plural === names.plural || other.kind === names.kind);
  if (!clash) return undefined;
  return clash.plural === names.plural
    ? { reason: 'PluralConflict', message: `"${names.plural}" is already in use` }
    : { reason: 'KindConflict', message: `"${names.kind}" is already in use` };
}
