/** The `Dns` port directly on the Cloud DNS stand-in's model: for tests and the simulation, without a wire in between. */
import { type Dns, type DnsRecordName, isRecordOf } from '../../functions/dns.ts';
import { isSameRecord, recordOf, recordSetOf, withDot } from '../../functions/google/record-data.ts';
import { AppError, type ErrorCode } from '../../shared/errors.ts';
import type { DnsModel } from '../dns/model.ts';
import type { RecordSet } from '../dns/records.ts';
import { ServiceError } from '../service.ts';

export function memoryDns(model: DnsModel, zone: string): Dns {
  const look = ({ name, type }: DnsRecordName): RecordSet | undefined =>
    model.call(
      'dns.resourceRecordSets.list',
      () => model.listRecordSets(zone, { name: withDot(name), type }).items[0],
    );
  const isPending = ({ name, type }: DnsRecordName): boolean =>
    model
      .call('dns.changes.list', () => model.listChanges(zone, { descending: true }))
      .items.some(
        ({ status, additions }) =>
          status === 'pending' && additions.some((set) => set.name === withDot(name) && set.type === type),
      );

  return {
    ensureRecord: (record) =>
      translated(() => {
        const seen = look(record);
        const known = seen && recordOf(seen);
        if (known && isSameRecord(known, record)) return isPending(record) ? 'pending' : 'served';
        const change = { additions: [recordSetOf(record)], deletions: seen ? [seen] : [] };
        return model.call('dns.changes.create', () => model.createChange(zone, change)).status === 'done'
          ? 'served'
          : 'pending';
      }),
    ensureNoRecord: (record) =>
      translated(() => {
        const seen = look(record);
        if (seen) model.call('dns.changes.create', () => model.createChange(zone, { deletions: [seen] }));
      }),
    findRecord: (record) =>
      translated(() => {
        const seen = look(record);
        return seen && recordOf(seen);
      }),
    listRecords: (suffix) =>
      translated(() => {
        const found = [];
        for (let after: string | undefined; ; ) {
          const from = after === undefined ? {} : { after };
          const page = model.call('dns.resourceRecordSets.list', () => model.listRecordSets(zone, from));
          for (const set of page.items) {
            const record = recordOf(set);
            if (record && isRecordOf(suffix, record.name)) found.push(record);
          }
          if (page.next === undefined) return found;
          after = page.next;
        }
      }),
  };
}

const CODES: Readonly<Record<string, ErrorCode>> = {
  backendError: 'PROVIDER_UNAVAILABLE',
  quotaExceeded: 'CLOUD_QUOTA',
  notFound: 'DNS_ZONE_MISSING',
};

/** The model's refusals as the port words them; what is wrong in the call itself comes out as it is. */
async function translated<T>(run: () => T): Promise<T> {
  try {
    return run();
  } catch (error) {
    const code = error instanceof ServiceError ? CODES[error.reason ?? ''] : undefined;
    throw code ? new AppError(code, `Cloud DNS: ${(error as Error).message}`) : error;
  }
}
