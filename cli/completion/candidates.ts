/**
 * What may stand where the cursor is. Commands, options and what they may be are known here; clusters and the catalog are asked for as whoever is signed in.
 * Whoever presses Tab wants to go on typing: what does not come at once, or cannot be had, is not offered, and nothing is said about it.
 */
import { Argument, type Command } from 'commander';
import type { CatalogReply } from '../../shared/api/catalog.ts';
import type { ClusterReply } from '../../shared/api/clusters.ts';
import { seconds } from '../../shared/units.ts';
import { type Context, contextOf } from '../context.ts';
import { listClusters, listDeleted } from '../find-cluster.ts';
import type { Io } from '../io.ts';
import { commandsOf, optionsOf, type Place, placeOf } from './place.ts';

interface Candidate {
  value: string;
  /** What it is, for shells that show that. */
  says: string;
}

/** `files`: those of this computer, which the shell knows better. */
type Candidates = readonly Candidate[] | 'files';

/** Of a second that people are ready to wait, what is left when the command has begun. */
const PATIENCE_MS = seconds(0.8);

/** @param words as `placeOf` */
export async function candidatesAt(program: Command, words: readonly string[], io: Io): Promise<Candidates> {
  const place = placeOf(program, words);
  const found = await allAt(place, io);
  if (found === 'files') return found;
  const { before, typed } = place;
  return found
    .filter(({ value }) => value.startsWith(typed))
    .map(({ value, says }) => ({ value: `${before}${value}`, says }));
}

async function allAt(place: Place, io: Io): Promise<Candidates> {
  const { command, above, isAtCommands, of, typed, said } = place;
  if (of === undefined) return typed.startsWith('-') ? unsaid(place) : isAtCommands ? named(command) : [];
  if (of.argChoices) return of.argChoices.map((value) => ({ value, says: '' }));
  const ask = (what: (context: Context) => Promise<Candidate[]>): Promise<Candidate[]> => {
    const hub = [...said].find(([{ long }]) => long === '--hub')?.[1];
    return atOnce(async () => what(contextOf(io, hub === undefined ? {} : { hub })));
  };
  if (of instanceof Argument) {
    if (of.name() === 'cluster') return ask((context) => clusters(context, place));
    return of.name() === 'command' ? named(above) : [];
  }
  if (of.flags.endsWith('<path>')) return 'files';
  const list = CATALOG[of.attributeName()];
  return list ? ask(async ({ api }) => list((await api.ask<CatalogReply>('GET /v1/catalog')).body)) : [];
}

const named = (command: Command): Candidate[] =>
  commandsOf(command).map((one) => ({ value: one.name(), says: one.description() }));

const unsaid = ({ command, said }: Place): Candidate[] =>
  optionsOf(command)
    .filter((option) => !said.has(option))
    .flatMap(({ long, description }) => (long ? [{ value: long, says: description }] : []));

/** By their names; by their ids where a name would not say which, or is not what is being typed. */
async function clusters({ api }: Context, { command, typed }: Place): Promise<Candidate[]> {
  const found = await (command.name() === 'cleanup' ? listDeleted(api) : listClusters(api));
  const isUnique = ({ name }: ClusterReply): boolean => found.filter((one) => one.name === name).length === 1;
  const called = found.map((one) => ({ value: isUnique(one) ? one.name : one.id, says: saysOf(one) }));
  return called.some(({ value }) => value.startsWith(typed))
    ? called
    : found.map((one) => ({ value: one.id, says: saysOf(one) }));
}

const saysOf = ({ name, id, label }: ClusterReply): string => `${name} (${id}): ${label}`;

/** By the option that takes one of them. */
const CATALOG: Readonly<Record<string, (catalog: CatalogReply) => Candidate[]>> = {
  product: ({ products }) => products.map(({ id, label }) => ({ value: id, says: label })),
  version: ({ products }) =>
    products.flatMap(({ label, versions }) =>
      versions.map(({ version }) => ({ value: version, says: label })),
    ),
  size: ({ sizes }) => sizes.map(({ id, label }) => ({ value: id, says: label })),
  region: ({ regions }) => regions.map(({ id, label }) => ({ value: id, says: label })),
};

/** A shell puts them onto the line as they are: nothing that means something to it, or to us, whatever a Hub may answer. */
const SAFE = /^\w[\w.-]*$/;

/** @returns nothing where it fails or takes too long; what is still under way then ends with the process */
async function atOnce(ask: () => Promise<Candidate[]>): Promise<Candidate[]> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<Candidate[]>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, []);
  });
  try {
    const found = await Promise.race([ask().catch(() => []), tooLate]);
    return found.flatMap(({ value, says }) =>
      SAFE.test(value) ? [{ value, says: says.replace(/\p{Cc}/gu, ' ') }] : [],
    );
  } finally {
    clearTimeout(timer);
  }
}
