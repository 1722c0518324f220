/**
 * The `Dns` port on Cloud DNS v1, by REST: its official client loads far more than the three methods used.
 * https://cloud.google.com/dns/docs/reference/rest/v1
 */
import { AppError } from '../../shared/errors.ts';
import { pagesOf } from '../../shared/pages.ts';
import { type Dns, type DnsRecordName, isRecordOf } from '../dns.ts';
import { scrub } from '../log.ts';
import { isSameRecord, type RecordSet, recordOf, recordSetOf, withDot } from './record-data.ts';
import { asProviderError, CloudRefusal, restRefusal } from './refusal.ts';

/** The part of google-auth-library's AuthClient that is used: it adds the credentials. */
interface DnsCaller {
  request<T>(options: {
    url: string;
    method: 'GET' | 'POST';
    params?: Record<string, string>;
    data?: object;
    timeout: number;
    retry: false;
  }): Promise<{ data: T }>;
}

interface DnsOptions {
  projectId: string;
  /** Name of the managed zone, not of the domain. */
  zone: string;
  rest: DnsCaller;
  /** `https://dns.googleapis.com/dns/v1` unless it is the embedded cloud's. */
  dnsUrl?: string;
}

const DNS_URL = 'https://dns.googleapis.com/dns/v1';
/** A step ends within 60 s and may make a few calls; retrying is the engine's business. */
const CALL_MS = 15_000;

interface ChangePage {
  changes?: Change[];
  nextPageToken?: string;
}

interface RecordSetPage {
  rrsets?: RecordSet[];
  nextPageToken?: string;
}

interface Change {
  status: 'pending' | 'done';
  additions?: RecordSet[];
}

export function createDns({ projectId, zone, rest, dnsUrl = DNS_URL }: DnsOptions): Dns {
  const call = async <T>(
    method: 'GET' | 'POST',
    path: string,
    more: { params?: Record<string, string>; data?: object } = {},
  ): Promise<T> => {
    try {
      const url = `${dnsUrl}/projects/${projectId}/managedZones/${zone}/${path}`;
      return (await rest.request<T>({ url, method, timeout: CALL_MS, retry: false, ...more })).data;
    } catch (error) {
      throw restRefusal(error);
    }
  };

  const look = async ({ name, type }: DnsRecordName): Promise<RecordSet | undefined> => {
    const params = { name: withDot(name), type };
    const page = await call<{ rrsets?: RecordSet[] }>('GET', 'rrsets', { params });
    return page.rrsets?.[0];
  };

  /**
   * A change, unless the zone is not any more as it was when we looked: an earlier try of ours, or one at the same time, was there
   * first. The next look tells what came of it.
   */
  const change = async (change: {
    additions?: RecordSet[];
    deletions?: RecordSet[];
  }): Promise<Change | undefined> => {
    try {
      return await call<Change>('POST', 'changes', { data: change });
    } catch (error) {
      if (error instanceof CloudRefusal && OVERTAKEN.includes(error.status)) return undefined;
      throw error;
    }
  };

  /** Changes are served in their order, so the pending ones are the last. */
  const isPending = async ({ name, type }: DnsRecordName): Promise<boolean> => {
    const order = { sortBy: 'changeSequence', sortOrder: 'descending' };
    const ask = (pageToken: string | undefined): Promise<ChangePage> =>
      call('GET', 'changes', {
        params: { ...order, maxResults: '100', ...(pageToken !== undefined && { pageToken }) },
      });
    for await (const page of pagesOf(ask))
      for (const { status, additions = [] } of page.changes ?? []) {
        if (status !== 'pending') return false;
        if (additions.some((set) => set.name === withDot(name) && set.type === type)) return true;
      }
    return false;
  };

  return {
    ensureRecord: (record) =>
      translated(async () => {
        const seen = await look(record);
        const known = seen && recordOf(seen);
        if (known && isSameRecord(known, record)) return (await isPending(record)) ? 'pending' : 'served';
        const asked = { additions: [recordSetOf(record)], ...(seen && { deletions: [seen] }) };
        return (await change(asked))?.status === 'done' ? 'served' : 'pending';
      }),

    ensureNoRecord: (record) =>
      translated(async () => {
        const seen = await look(record);
        if (!seen || (await change({ deletions: [seen] }))) return;
        if (await look(record)) {
          throw new AppError('PROVIDER_UNAVAILABLE', `record ${record.name} changes all the time`);
        }
      }),

    findRecord: (record) =>
      translated(async () => {
        const seen = await look(record);
        return seen && recordOf(seen);
      }),

    listRecords: (suffix) =>
      translated(async () => {
        const sets: RecordSet[] = [];
        const ask = (pageToken: string | undefined): Promise<RecordSetPage> =>
          call('GET', 'rrsets', {
            params: { maxResults: '1000', ...(pageToken !== undefined && { pageToken }) },
          });
        for await (const { rrsets = [] } of pagesOf(ask)) sets.push(...rrsets);
        return sets.flatMap((set) => recordOf(set) ?? []).filter(({ name }) => isRecordOf(suffix, name));
      }),
  };

  async function translated<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof CloudRefusal)) throw error;
      // Every path begins with the zone, and lists know nothing else that could be missing.
      if (error.status === 'NOT_FOUND') {
        throw new AppError('DNS_ZONE_MISSING', `zone ${zone}: ${scrub(error.message)}`);
      }
      throw asProviderError(error);
    }
  }
}

/** To a change: there already, not there any more, or with other data. */
const OVERTAKEN: readonly string[] = ['ALREADY_EXISTS', 'NOT_FOUND', 'FAILED_PRECONDITION'];
