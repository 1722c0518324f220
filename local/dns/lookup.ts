/** What an authoritative name server of the zones answers: https://www.rfc-editor.org/rfc/rfc1034#section-4.3.2 */
import { type DnsModel, isWithin, type ManagedZone } from './model.ts';
import { isRecordType, type RecordSet, TYPES } from './records.ts';

export interface Answer {
  /** `refused`: none of the zones is asked for. */
  status: 'ok' | 'no-such-name' | 'refused';
  answers: RecordSet[];
  /** The start of the zone's authority, where the answer is that there is nothing. */
  authority: RecordSet[];
}

/** Aliases are followed within the zones; a circle of them ends here. */
const MAX_CHAIN = 8;

const REFUSED: Answer = { status: 'refused', answers: [], authority: [] };

/** @param name lower case, with the dot at the end @param type `ANY`, or a type that may be none of ours: then there is no data */
export function lookup(model: DnsModel, name: string, type: string): Answer {
  const answers: RecordSet[] = [];
  let wanted = name;
  for (let step = 0; step < MAX_CHAIN; step++) {
    const zone = zoneOf(model, wanted);
    if (!zone) return answers.length > 0 ? { status: 'ok', answers, authority: [] } : REFUSED;
    const found = at(model, zone, wanted, type);
    if (found === undefined) return { status: 'no-such-name', answers, authority: authorityOf(model, zone) };
    answers.push(...found);
    const alias = found.find((set) => set.type === 'CNAME')?.rrdatas[0];
    if (alias === undefined || type === 'CNAME' || type === 'ANY') {
      return { status: 'ok', answers, authority: found.length > 0 ? [] : authorityOf(model, zone) };
    }
    wanted = alias;
  }
  return { status: 'ok', answers, authority: [] };
}

/** The one with the longest suffix is the closest. */
function zoneOf(model: DnsModel, name: string): ManagedZone | undefined {
  let closest: ManagedZone | undefined;
  for (const zone of model.zones()) {
    if (!isWithin(name, zone.dnsName)) continue;
    if (!closest || zone.dnsName.length > closest.dnsName.length) closest = zone;
  }
  return closest;
}

/** Record sets of the name, or of the wildcard that covers it; undefined if there is no such name. */
function at(model: DnsModel, zone: ManagedZone, name: string, type: string): RecordSet[] | undefined {
  const own = allAt(model, name);
  if (own.length > 0) return ofType(own, type);
  // A name that others lie below is there, and empty: https://www.rfc-editor.org/rfc/rfc8020
  for (const other of model.servedNames()) if (other.endsWith(`.${name}`)) return [];
  for (let parent = parentOf(name); isWithin(parent, zone.dnsName); parent = parentOf(parent)) {
    const wild = allAt(model, `*.${parent}`);
    if (wild.length > 0) return ofType(wild, type).map((set) => ({ ...set, name }));
    if (allAt(model, parent).length > 0) return undefined;
  }
  return undefined;
}

const allAt = (model: DnsModel, name: string): RecordSet[] =>
  Object.keys(TYPES).flatMap((type) => model.served(name, type) ?? []);

const ofType = (sets: RecordSet[], type: string): RecordSet[] =>
  type === 'ANY'
    ? sets
    : sets.filter((set) => set.type === type || (set.type === 'CNAME' && isRecordType(type)));

const parentOf = (name: string): string => name.slice(name.indexOf('.') + 1);

const authorityOf = (model: DnsModel, zone: ManagedZone): RecordSet[] => {
  const soa = model.served(zone.dnsName, 'SOA');
  return soa ? [soa] : [];
};
