/** The objects of one sketched cluster, by kind and name. They are replaced, never changed in place, so that nobody needs a copy. */
import type { KubeObject } from '../../functions/leaf/leaf.ts';

/** As it is kept: what the API would have filled in is there. */
export interface Kept extends KubeObject {
  metadata: KubeObject['metadata'] & { uid: string; resourceVersion: string; creationTimestamp: string };
}

export interface Named {
  apiVersion: string;
  kind: string;
}

export const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`;

export class ObjectTable {
  readonly #kinds = new Map<string, Map<string, Kept>>();

  get({ apiVersion, kind }: Named, namespace: string | undefined, name: string): Kept | undefined {
    return this.#kinds.get(`${apiVersion} ${kind}`)?.get(keyOf(namespace, name));
  }

  /** In the order in which they were made. */
  *each({ apiVersion, kind }: Named, namespace?: string): Generator<Kept> {
    for (const object of this.#kinds.get(`${apiVersion} ${kind}`)?.values() ?? []) {
      if (namespace === undefined || object.metadata.namespace === namespace) yield object;
    }
  }

  *all(): Generator<Kept> {
    for (const objects of this.#kinds.values()) yield* objects.values();
  }

  put(object: Kept): Kept {
    const kind = `${object.apiVersion} ${object.kind}`;
    let objects = this.#kinds.get(kind);
    if (!objects) {
      objects = new Map();
      this.#kinds.set(kind, objects);
    }
    objects.set(keyOf(object.metadata.namespace, object.metadata.name), object);
    return object;
  }

  erase({ apiVersion, kind, metadata: { namespace, name } }: KubeObject): void {
    this.#kinds.get(`${apiVersion} ${kind}`)?.delete(keyOf(namespace, name));
  }

  clear(): void {
    this.#kinds.clear();
  }
}
