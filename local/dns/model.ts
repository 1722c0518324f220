/**
 * The state of the Cloud DNS stand-in: managed zones, their record sets, and changes. A change holds for the API at once, and for
 * the world (`lookup.ts`) when it is done, some seconds of cloud time later. Refusals are worded as the real service's.
 */
import { seconds } from '../../shared/units.ts';
import { logNormal } from '../random.ts';
import { ServiceError, STATUS, type World } from '../service.ts';
import { isDnsName, isRecordType, normalizedData, type RecordSet } from './records.ts';

export interface ManagedZone {
  name: string;
  /** Suffix of all its names, with the dot at the end. */
  dnsName: string;
  description: string;
  id: string;
  labels: Record<string, string>;
  nameServers: string[];
  createdAtMs: number;
  /** Id of its last change, and when that is done. */
  lastChange: number;
  settledAtMs: number;
}

export interface Change {
  /** A number that rises by one with each change of the zone. */
  id: string;
  zone: string;
  startMs: number;
  doneAtMs: number;
  status: 'pending' | 'done';
  additions: RecordSet[];
  deletions: RecordSet[];
}

/** A record set as a caller gives it: not trusted. */
export interface RecordSetInput {
  name?: unknown;
  type?: unknown;
  ttl?: unknown;
  rrdatas?: unknown;
}

interface ChangeInput {
  additions?: readonly RecordSetInput[];
  deletions?: readonly RecordSetInput[];
}

export interface Page<T> {
  items: T[];
  /** Begin the next page after this. */
  next?: string;
}

export interface PageOptions {
  after?: string;
  limit?: number;
}

/** All throw ServiceError. Zones are named by their name or their id. */
export interface DnsModel {
  readonly projectId: string;
  createZone(input: {
    name: string;
    dnsName: string;
    description?: string;
    labels?: Record<string, string>;
  }): ManagedZone;
  getZone(zone: string): ManagedZone;
  listZones(options?: PageOptions & { dnsName?: string }): Page<ManagedZone>;
  /** Refused while it holds more than what every zone has. */
  deleteZone(zone: string): void;
  listRecordSets(zone: string, options?: PageOptions & { name?: string; type?: string }): Page<RecordSet>;
  getRecordSet(zone: string, name: string, type: string): RecordSet;
  createRecordSet(zone: string, input: RecordSetInput): RecordSet;
  patchRecordSet(zone: string, name: string, type: string, input: RecordSetInput): RecordSet;
  deleteRecordSet(zone: string, name: string, type: string): void;
  /** All of it or nothing. */
  createChange(zone: string, input: ChangeInput): Change;
  getChange(zone: string, id: string): Change;
  listChanges(zone: string, options?: PageOptions & { descending?: boolean }): Page<Change>;
  /** What the world is told at present, which is what `lookup.ts` reads. */
  served(name: string, type: string): RecordSet | undefined;
  servedNames(): Iterable<string>;
  zones(): Iterable<ManagedZone>;
  /** One call of the API as the wire would make it, with the faults. `method` is the API's id of it, e.g. `dns.changes.create`. */
  call<T>(method: string, run: () => T): T;
  /** Stops its timers; the state stays in the store. */
  close(): void;
}

interface DnsOptions {
  /** https://cloud.google.com/dns/quotas */
  quotas?: Partial<typeof QUOTAS>;
}

const QUOTAS = { zones: 10_000, recordSetsPerZone: 10_000, setsPerChange: 1000, dataPerSet: 100 };

const LARGEST_PAGE = 1000;
/** Done changes beyond this are forgotten. */
const CHANGES_KEPT = 500;
/** From the API to the name servers, as measured by many: usually a few seconds. */
const PROPAGATION = { median: seconds(4), p95: seconds(12) };
const DEFAULT_TTL_S = 300;

const refuse = (code: number, reason: string, message: string): ServiceError =>
  new ServiceError(code, message, reason);
const invalid = (field: string, value: unknown): ServiceError =>
  refuse(STATUS.INVALID_ARGUMENT, 'invalid', `Invalid value for '${field}': '${String(value)}'`);
const notFound = (field: string, name: string): ServiceError =>
  refuse(STATUS.NOT_FOUND, 'notFound', `The '${field}' resource named '${name}' does not exist.`);
const exists = (field: string, name: string): ServiceError =>
  refuse(STATUS.ALREADY_EXISTS, 'alreadyExists', `The resource '${field}' named '${name}' already exists`);
const overQuota = (what: string, limit: number): ServiceError =>
  refuse(STATUS.RESOURCE_EXHAUSTED, 'quotaExceeded', `Quota exceeded: ${what}, limit ${limit}.`);
const unavailable = (): ServiceError => refuse(STATUS.UNAVAILABLE, 'backendError', 'Backend Error');

const titleOf = ({ name, type }: Pick<RecordSet, 'name' | 'type'>): string => `${name} (${type})`;
/** No name holds a blank. */
const keyOf = ({ name, type }: { name: string; type: string }): string => `${name} ${type}`;

export function createDnsModel(world: World, options: DnsOptions = {}): DnsModel {
  const { clock, random, faults, store } = world;
  const quotas = { ...QUOTAS, ...options.quotas };
  const zones = store.table<ManagedZone>('zones');
  const changes = store.table<Change>('changes');
  const served = store.table<RecordSet>('served');
  const tableOf = (zone: ManagedZone) => store.table<RecordSet>(`records of ${zone.id}`);
  const changeKey = (zone: ManagedZone, id: string | number): string =>
    `${zone.id} ${String(id).padStart(10, '0')}`;
  const timers = new Set<() => void>();

  const settle = (zoneId: string, change: Change): void => {
    const cancel = clock.schedule(change.doneAtMs, () => {
      timers.delete(cancel);
      // Its zone may be gone by now.
      if (![...zones.values()].some(({ id }) => id === zoneId)) return;
      store.batch(() => {
        for (const set of change.deletions) served.delete(keyOf(set));
        for (const set of change.additions) served.set(keyOf(set), set);
        changes.set(`${zoneId} ${change.id.padStart(10, '0')}`, { ...change, status: 'done' });
      });
    });
    timers.add(cancel);
  };
  for (const [key, change] of changes.entries()) {
    if (change.status === 'pending') settle(key.split(' ')[0] ?? '', change);
  }

  const getZone = (name: string): ManagedZone => {
    const zone = zones.get(name) ?? [...zones.values()].find(({ id }) => id === name);
    if (!zone) throw notFound('parameters.managedZone', name);
    return zone;
  };

  /** Writes the change down; it is served when its time has come, and never before an earlier one. */
  const record = (zone: ManagedZone, additions: RecordSet[], deletions: RecordSet[]): Change => {
    const now = clock.now();
    const tookMs = logNormal(random, PROPAGATION.median, PROPAGATION.p95);
    const number = zone.lastChange + 1;
    const change: Change = {
      id: String(number),
      zone: zone.name,
      startMs: now,
      doneAtMs: Math.max(clock.after(tookMs), zone.settledAtMs),
      status: 'pending',
      additions,
      deletions,
    };
    const records = tableOf(zone);
    store.batch(() => {
      for (const set of deletions) records.delete(keyOf(set));
      for (const set of additions) records.set(keyOf(set), set);
      zones.set(zone.name, { ...zone, lastChange: number, settledAtMs: change.doneAtMs });
      changes.set(changeKey(zone, number), change);
      const old = changeKey(zone, number - CHANGES_KEPT);
      if (changes.get(old)?.status === 'done') changes.delete(old);
    });
    settle(zone.id, change);
    return change;
  };

  const requireSet = (zone: ManagedZone, field: string, name: string, type: string): RecordSet => {
    const set = tableOf(zone).get(keyOf({ name: name.toLowerCase(), type }));
    if (!set) throw notFound(field, `${name} (${type})`);
    return set;
  };

  const parse = (zone: ManagedZone, field: string, input: RecordSetInput): RecordSet => {
    const { type, ttl = DEFAULT_TTL_S, rrdatas } = input;
    const name = typeof input.name === 'string' ? input.name.toLowerCase() : '';
    if (!isDnsName(name) || !isWithin(name, zone.dnsName)) throw invalid(`${field}.name`, input.name);
    if (typeof type !== 'string' || !isRecordType(type)) throw invalid(`${field}.type`, type);
    if (!Number.isInteger(ttl) || Number(ttl) < 0 || Number(ttl) >= 2 ** 31)
      throw invalid(`${field}.ttl`, ttl);
    if (!Array.isArray(rrdatas) || rrdatas.length === 0) throw invalid(`${field}.rrdata`, '');
    if (rrdatas.length > quotas.dataPerSet)
      throw overQuota('resource records per record set', quotas.dataPerSet);
    const data = rrdatas.map((value: unknown, index) => {
      const normalized = typeof value === 'string' ? normalizedData(type, value) : undefined;
      if (normalized === undefined) throw invalid(`${field}.rrdata[${index}]`, value);
      return normalized;
    });
    const single = type === 'CNAME' || type === 'SOA';
    if (new Set(data).size < data.length || (single && data.length > 1))
      throw invalid(`${field}.rrdata`, data);
    return { name, type, ttl: Number(ttl), rrdatas: data };
  };

  /** @throws ServiceError if the additions do not go with what is there once the deletions are made */
  const requireRoom = (
    zone: ManagedZone,
    field: (index: number) => string,
    additions: readonly RecordSet[],
    deletions: readonly RecordSet[],
  ): void => {
    const records = tableOf(zone);
    const gone = new Set(deletions.map(keyOf));
    const added = new Set<string>();
    const isThere = (name: string, type: string): boolean => {
      const key = keyOf({ name, type });
      return added.has(key) || (records.has(key) && !gone.has(key));
    };
    for (const [index, set] of additions.entries()) {
      if (isThere(set.name, set.type)) throw exists(field(index), titleOf(set));
      const clash = set.type === 'CNAME' ? OTHER_TYPES : ['CNAME'];
      if (clash.some((type) => isThere(set.name, type))) throw cnameClash(set);
      added.add(keyOf(set));
    }
    for (const type of ['NS', 'SOA']) if (!isThere(zone.dnsName, type)) throw bareApex(type);
    if (records.size - gone.size + added.size > quotas.recordSetsPerZone) {
      throw overQuota('resource record sets per managed zone', quotas.recordSetsPerZone);
    }
  };

  const deletion = (zone: ManagedZone, field: string, input: RecordSetInput): RecordSet => {
    const wanted = parse(zone, field, input);
    const set = tableOf(zone).get(keyOf(wanted));
    if (!set) throw notFound(field, titleOf(wanted));
    if (!isSame(set, wanted)) {
      throw refuse(STATUS.FAILED_PRECONDITION, 'conditionNotMet', `Precondition not met for '${field}'`);
    }
    return set;
  };

  return {
    projectId: world.projectId,
    createZone({ name, dnsName, description = '', labels = {} }) {
      if (!/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) throw invalid('entity.managedZone.name', name);
      const suffix = dnsName.toLowerCase();
      if (!isDnsName(suffix) || suffix.startsWith('*')) throw invalid('entity.managedZone.dnsName', dnsName);
      if (zones.has(name)) throw exists('entity.managedZone', name);
      if (zones.size >= quotas.zones) throw overQuota('managed zones per project', quotas.zones);
      const letter = 'abcde'[Math.floor(random.fraction() * 5)] ?? 'a';
      const nameServers = [1, 2, 3, 4].map((n) => `ns-cloud-${letter}${n}.googledomains.com.`);
      const zone: ManagedZone = {
        name,
        dnsName: suffix,
        description,
        labels,
        nameServers,
        id: String(1e18 + Math.floor(random.fraction() * 8e18)),
        createdAtMs: clock.now(),
        lastChange: -1,
        settledAtMs: 0,
      };
      // As one: a zone without its apex takes no record, and nobody makes it anew, as it is there.
      store.batch(() => {
        zones.set(name, zone);
        record(zone, apexOf(zone), []);
      });
      return getZone(name);
    },
    getZone,
    listZones({ dnsName, ...page } = {}) {
      const found = [...zones.values()].filter((zone) => dnsName === undefined || zone.dnsName === dnsName);
      return pageOf(found, ({ name }) => name, page);
    },
    deleteZone(name) {
      const zone = getZone(name);
      const records = tableOf(zone);
      const apex = new Set(['NS', 'SOA'].map((type) => keyOf({ name: zone.dnsName, type })));
      if ([...records.keys()].some((key) => !apex.has(key))) {
        throw refuse(
          STATUS.FAILED_PRECONDITION,
          'containerNotEmpty',
          `The resource named '${zone.name}' cannot be deleted because it contains one or more 'resource records'.`,
        );
      }
      store.batch(() => {
        zones.delete(zone.name);
        for (const key of [...records.keys()]) records.delete(key);
        for (const key of [...changes.keys()]) if (key.startsWith(`${zone.id} `)) changes.delete(key);
        const covered = [...zones.values()];
        for (const [key, { name: recordName }] of [...served.entries()]) {
          const within = isWithin(recordName, zone.dnsName);
          if (within && !covered.some(({ dnsName }) => isWithin(recordName, dnsName))) served.delete(key);
        }
      });
    },
    listRecordSets(name, { name: recordName, type, ...page } = {}) {
      const zone = getZone(name);
      if (type !== undefined && recordName === undefined) throw invalid('parameters.type', type);
      const wanted = recordName?.toLowerCase();
      const found = [...tableOf(zone).values()].filter(
        (set) => (wanted === undefined || set.name === wanted) && (type === undefined || set.type === type),
      );
      return pageOf(found, keyOf, page);
    },
    getRecordSet: (zone, name, type) => requireSet(getZone(zone), 'parameters.name', name, type),
    createRecordSet(name, input) {
      const zone = getZone(name);
      const set = parse(zone, 'entity.rrset', input);
      requireRoom(zone, () => 'entity.rrset', [set], []);
      record(zone, [set], []);
      return set;
    },
    patchRecordSet(zoneName, name, type, input) {
      const zone = getZone(zoneName);
      const old = requireSet(zone, 'parameters.name', name, type);
      const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
      const set = parse(zone, 'entity.rrset', { ...old, ...given });
      requireRoom(zone, () => 'entity.rrset', [set], [old]);
      record(zone, [set], [old]);
      return set;
    },
    deleteRecordSet(zoneName, name, type) {
      const zone = getZone(zoneName);
      const old = requireSet(zone, 'parameters.name', name, type);
      requireRoom(zone, () => 'entity.rrset', [], [old]);
      record(zone, [], [old]);
    },
    createChange(name, { additions = [], deletions = [] }) {
      const zone = getZone(name);
      const size = additions.length + deletions.length;
      if (size === 0) throw refuse(STATUS.INVALID_ARGUMENT, 'required', 'The change holds no record sets.');
      if (size > quotas.setsPerChange) throw overQuota('record sets per change', quotas.setsPerChange);
      const field = (kind: string, index: number): string => `entity.change.${kind}[${index}]`;
      const gone = deletions.map((input, index) => deletion(zone, field('deletions', index), input));
      const come = additions.map((input, index) => parse(zone, field('additions', index), input));
      requireRoom(zone, (index) => field('additions', index), come, gone);
      return record(zone, come, gone);
    },
    getChange(name, id) {
      const change = changes.get(changeKey(getZone(name), id));
      if (!change) throw notFound('parameters.changeId', id);
      return change;
    },
    listChanges(name, { descending = false, ...page } = {}) {
      const zone = getZone(name);
      const own = [...changes.entries()].filter(([key]) => key.startsWith(`${zone.id} `));
      const sorted = own.map(([, change]) => change);
      return pageOf(sorted, ({ id }) => id.padStart(10, '0'), page, descending);
    },
    served: (name, type) => served.get(keyOf({ name, type })),
    *servedNames() {
      for (const { name } of served.values()) yield name;
    },
    zones: () => zones.values(),
    call(method, run) {
      if (faults.hit('unavailable', method)) throw unavailable();
      const answer = run();
      if (faults.hit('reply-lost', method)) throw unavailable();
      return answer;
    },
    close() {
      for (const cancel of timers) cancel();
      timers.clear();
    },
  };
}

export const isWithin = (name: string, suffix: string): boolean =>
  name === suffix || name.endsWith(`.${suffix}`);

const OTHER_TYPES = ['A', 'AAAA', 'CAA', 'NS', 'SOA', 'TXT'];

const cnameClash = ({ name, type }: RecordSet): ServiceError =>
  refuse(
    STATUS.INVALID_ARGUMENT,
    'cnameResourceRecordSetConflict',
    `The resource record set 'entity.change.additions[${name}][${type}]' is invalid because the DNS name '${name}' ` +
      'may have either one CNAME resource record set or resource record sets of other types, but not both.',
  );

const bareApex = (type: string): ServiceError =>
  refuse(
    STATUS.INVALID_ARGUMENT,
    'invalidZoneApex',
    `The resource record set 'entity.change' is invalid because a zone must contain exactly one resource record set of type '${type}' at the apex.`,
  );

/** What every zone begins with: https://cloud.google.com/dns/docs/records#managing_default_records */
const apexOf = ({ dnsName, nameServers }: ManagedZone): RecordSet[] => [
  { name: dnsName, type: 'NS', ttl: 21_600, rrdatas: nameServers },
  {
    name: dnsName,
    type: 'SOA',
    ttl: 21_600,
    rrdatas: [`${nameServers[0]} cloud-dns-hostmaster.google.com. 1 21600 3600 259200 300`],
  },
];

const isSame = (a: RecordSet, b: RecordSet): boolean =>
  a.ttl === b.ttl && [...a.rrdatas].sort().join('\n') === [...b.rrdatas].sort().join('\n');

function pageOf<T>(
  items: readonly T[],
  keyOfItem: (item: T) => string,
  { after, limit = LARGEST_PAGE }: PageOptions,
  descending = false,
): Page<T> {
  const sign = descending ? -1 : 1;
  const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -sign : sign);
  const rest = items
    .filter((item) => after === undefined || compare(keyOfItem(item), after) > 0)
    .sort((a, b) => compare(keyOfItem(a), keyOfItem(b)));
  const page = rest.slice(0, Math.min(limit, LARGEST_PAGE));
  const last = page.at(-1);
  return { items: page, ...(rest.length > page.length && last && { next: keyOfItem(last) }) };
}
