/**
 * LimitRanges at admission: they fill in what containers do not say and refuse what is too little or too much.
 * https://kubernetes.io/docs/concepts/policy/limit-range/
 */
import { forbidden } from './errors.ts';
import { KINDS, type Kind } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import type { Fields, Stored } from './objects.ts';
import { formatQuantity, type Nano, parseQuantity, quantityOf } from './quantities.ts';
import { podAmounts } from './resources.ts';

const limitsOf = (leaf: LeafCluster, namespace: string | undefined, type: string): Fields[] =>
  [...leaf.objects.each(KINDS.LimitRange, namespace)].flatMap((range) =>
    ((range.spec?.limits ?? []) as Fields[]).filter((limit) => limit.type === type),
  );

/** Requests and limits that containers leave out. */
export function withDefaultLimits(leaf: LeafCluster, pod: Stored): Stored {
  const limits = limitsOf(leaf, pod.metadata.namespace, 'Container');
  if (limits.length === 0) return pod;
  const set: string[] = [];
  const filled = (list: Fields[] | undefined, what: string): Fields[] | undefined =>
    list?.map((container) => {
      let { requests = {}, limits: most = {} }: Fields = container.resources ?? {};
      const names = { request: new Set<string>(), limit: new Set<string>() };
      for (const limit of limits) {
        for (const name in limit.default) {
          if (most[name] !== undefined) continue;
          most = { ...most, [name]: limit.default[name] };
          names.limit.add(name);
        }
        for (const name in limit.defaultRequest) {
          if (requests[name] !== undefined) continue;
          requests = { ...requests, [name]: limit.defaultRequest[name] };
          names.request.add(name);
        }
      }
      for (const [which, some] of Object.entries(names)) {
        if (some.size > 0) set.push(`${[...some].sort().join(', ')} ${which} for ${what} ${container.name}`);
      }
      return names.request.size + names.limit.size === 0
        ? container
        : { ...container, resources: { ...container.resources, limits: most, requests } };
    });
  const containers = filled(pod.spec?.containers, 'container');
  const initContainers = filled(pod.spec?.initContainers, 'init container');
  if (set.length === 0) return pod;
  const annotations = {
    ...pod.metadata.annotations,
    'kubernetes.io/limit-ranger': `LimitRanger plugin set: ${set.join('; ')}`,
  };
  return {
    ...pod,
    metadata: { ...pod.metadata, annotations },
    spec: { ...pod.spec, ...(containers && { containers }), ...(initContainers && { initContainers }) },
  };
}

/** @throws ApiError 403 naming each bound that is broken */
export function refuseBeyondLimits(leaf: LeafCluster, kind: Kind, object: Stored): void {
  const { namespace, name } = object.metadata;
  let faults: string[] = [];
  if (kind === KINDS.Pod) {
    const containers: Fields[] = [...(object.spec?.initContainers ?? []), ...(object.spec?.containers ?? [])];
    faults = [
      ...limitsOf(leaf, namespace, 'Container').flatMap((limit) =>
        containers.flatMap((container) =>
          broken(limit, container.resources?.requests ?? {}, container.resources?.limits ?? {}),
        ),
      ),
      ...limitsOf(leaf, namespace, 'Pod').flatMap((limit) => {
        const texts = (which: 'requests' | 'limits'): Fields =>
          Object.fromEntries(
            Object.entries(podAmounts(object.spec ?? {}, which)).map(([resource, amount]) => [
              resource,
              formatQuantity(amount, resource === 'memory' ? 'Ki' : ''),
            ]),
          );
        return broken(limit, texts('requests'), texts('limits'));
      }),
    ];
  } else if (kind === KINDS.PersistentVolumeClaim) {
    const requests: Fields = object.spec?.resources?.requests ?? {};
    faults = limitsOf(leaf, namespace, 'PersistentVolumeClaim').flatMap((limit) =>
      broken(limit, requests, requests),
    );
  }
  if (faults.length === 0) return;
  throw forbidden(kind, name, faults.length > 1 ? `[${faults.join(', ')}]` : faults.join(''));
}

function broken(limit: Fields, requests: Fields, most: Fields): string[] {
  const faults: string[] = [];
  const per = (bound: string, name: string, value: unknown): string =>
    `${bound} ${name} usage per ${limit.type} is ${value}`;
  const claim = limit.type === 'PersistentVolumeClaim';
  for (const name in limit.min) {
    const least: Nano = quantityOf(limit.min[name]);
    const asked = parseQuantity(requests[name]);
    if (asked === undefined)
      faults.push(`${per('minimum', name, limit.min[name])}.  No request is specified`);
    else if (asked < least)
      faults.push(`${per('minimum', name, limit.min[name])}, but request is ${requests[name]}`);
  }
  for (const name in limit.max) {
    const bound: Nano = quantityOf(limit.max[name]);
    const asked = parseQuantity(most[name]);
    if (asked === undefined) faults.push(`${per('maximum', name, limit.max[name])}.  No limit is specified`);
    else if (asked > bound) {
      faults.push(
        `${per('maximum', name, limit.max[name])}, but ${claim ? 'request' : 'limit'} is ${most[name]}`,
      );
    }
  }
  return [...faults, ...ratioFaults(limit, requests, most)];
}

function ratioFaults(limit: Fields, requests: Fields, most: Fields): string[] {
  return Object.keys(limit.maxLimitRequestRatio ?? {}).flatMap((name) => {
    const ratio = limit.maxLimitRequestRatio[name];
    const [asked, bound] = [quantityOf(requests[name]), quantityOf(most[name])];
    if (asked === 0n)
      return [
        `${name} max limit to request ratio per ${limit.type} is ${ratio}, but no request is specified or request is 0`,
      ];
    const is = Number(bound) / Number(asked);
    return is > Number(quantityOf(ratio)) / 1e9
      ? [
          `${name} max limit to request ratio per ${limit.type} is ${ratio}, but provided ratio is ${is.toFixed(6)}`,
        ]
      : [];
  });
}
