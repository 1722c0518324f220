/** How the authority asks DNS: over the wire as it would, or in the model for the simulation. */
import { Resolver } from 'node:dns/promises';
import { lookup } from '../dns/lookup.ts';
import type { DnsModel } from '../dns/model.ts';
import { characterStrings, parseCaa } from '../dns/records.ts';

/** Names without a dot at the end; nothing there is an empty list. Both throw if there is no answer. */
export interface NameLookup {
  txt(name: string): Promise<string[]>;
  /** The tags and values of the record set at exactly that name. */
  caa(name: string): Promise<{ tag: string; value: string }[]>;
}

/** @param port of a name server on 127.0.0.1, over UDP and TCP */
export function lookupOverWire(port: number): NameLookup {
  const resolver = new Resolver({ timeout: 5000, tries: 3 });
  resolver.setServers([`127.0.0.1:${port}`]);
  return {
    txt: async (name) => (await orNothing(resolver.resolveTxt(name))).map((strings) => strings.join('')),
    caa: async (name) =>
      (await orNothing(resolver.resolveCaa(name))).flatMap(({ critical: _, ...tags }) =>
        Object.entries(tags).map(([tag, value]) => ({ tag, value: String(value) })),
      ),
  };
}

export const lookupInModel = (model: DnsModel): NameLookup => ({
  txt: async (name) =>
    lookup(model, `${name}.`, 'TXT')
      .answers.filter(({ type }) => type === 'TXT')
      .flatMap(({ rrdatas }) => rrdatas.map((data) => (characterStrings(data) ?? []).join(''))),
  caa: async (name) =>
    lookup(model, `${name}.`, 'CAA')
      .answers.filter(({ type }) => type === 'CAA')
      .flatMap(({ rrdatas }) => rrdatas.flatMap((data) => parseCaa(data) ?? [])),
});

const NOTHING: readonly unknown[] = ['ENODATA', 'ENOTFOUND', 'EREFUSED'];

async function orNothing<T>(asked: Promise<T[]>): Promise<T[]> {
  try {
    return await asked;
  } catch (error) {
    if (NOTHING.includes((error as { code?: unknown }).code)) return [];
    throw error;
  }
}
