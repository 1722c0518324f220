/**
 * The kinds that one cluster serves: Kubernetes' own and those its CustomResourceDefinitions define. Discovery, routes, tables and
 * OpenAPI read it for each request, so a kind that was defined a moment ago is served at once.
 */
import { BUILT_IN, type Kind, storedKind } from './kinds.ts';

export interface ApiGroup {
  name: string;
  /** The preferred one first. */
  versions: string[];
}

export class KindRegistry {
  readonly #custom = new Map<string, readonly Kind[]>();
  readonly #byResource = new Map<string, Kind>();
  readonly #byKind = new Map<string, Kind>();
  #edition = 0;

  constructor() {
    this.#index(BUILT_IN);
  }

  /** Another number after each change of what is served: for who keeps what was worked out from it. */
  get edition(): number {
    return this.#edition;
  }

  byResource(group: string, version: string, plural: string): Kind | undefined {
    return this.#byResource.get(`${group}/${version}/${plural}`);
  }

  byName(apiVersion: string, kind: string): Kind | undefined {
    return this.#byKind.get(`${apiVersion}/${kind}`);
  }

  /** The kind of an object, also if it was written in a version that is served no more. */
  ofObject({ apiVersion, kind }: { apiVersion: string; kind: string }): Kind | undefined {
    const exact = this.byName(apiVersion, kind);
    if (exact) return exact;
    const group = apiVersion.slice(0, apiVersion.lastIndexOf('/'));
    return this.all().find((one) => one.custom && one.group === group && one.kind === kind);
  }

  /** All that is served, each version of a kind by itself. */
  all(): Kind[] {
    return [...this.#byResource.values()];
  }

  /** Kinds whose objects are kept: one for all versions. */
  stored(): Kind[] {
    return this.all().filter((kind) => storedKind(kind) === kind && !kind.review);
  }

  /** The kinds of one group and version; none if it is not served. */
  of(group: string, version: string): Kind[] {
    return this.all().filter((kind) => kind.group === group && kind.version === version);
  }

  /** Named groups, Kubernetes' own first. */
  groups(): ApiGroup[] {
    const groups = new Map<string, ApiGroup>();
    for (const { group, version } of this.#byResource.values()) {
      if (group === '') continue;
      const known = groups.get(group) ?? { name: group, versions: [] };
      if (!known.versions.includes(version)) known.versions.push(version);
      groups.set(group, known);
    }
    for (const group of groups.values()) group.versions.sort(byPreference);
    return [...groups.values()];
  }

  /** Kinds that a CustomResourceDefinition defines, in place of what it defined before; none takes them away. */
  define(definition: string, kinds: readonly Kind[]): void {
    if (kinds.length === 0 && !this.#custom.has(definition)) return;
    if (kinds.length === 0) this.#custom.delete(definition);
    else this.#custom.set(definition, kinds);
    this.#byResource.clear();
    this.#byKind.clear();
    this.#index([...BUILT_IN, ...[...this.#custom.values()].flat()]);
    this.#edition++;
  }

  #index(kinds: readonly Kind[]): void {
    for (const kind of kinds) {
      this.#byResource.set(`${kind.group}/${kind.version}/${kind.plural}`, kind);
      this.#byKind.set(`${kind.apiVersion}/${kind.kind}`, kind);
    }
  }
}

const VERSION = /^v(\d+)(?:(alpha|beta)(\d+))?$/;
const STAGES = ['alpha', 'beta', undefined];

/** https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#version-priority */
export function byPreference(a: string, b: string): number {
  const [one, other] = [VERSION.exec(a), VERSION.exec(b)];
  if (!one || !other) return one ? -1 : other ? 1 : a.localeCompare(b);
  return (
    STAGES.indexOf(other[2]) - STAGES.indexOf(one[2]) ||
    Number(other[1]) - Number(one[1]) ||
    Number(other[3] ?? 0) - Number(one[3] ?? 0)
  );
}
