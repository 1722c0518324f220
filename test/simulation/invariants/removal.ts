/**
 * What is called gone is gone: no place is given back for what still goes (S2), no name is used again (S14), nothing is left and nothing
 * can come any more, and the certificate says so of all that the ledger has (S15).
 */
import { checkCleanUp } from '../../../functions/clean-up/check.ts';
import { cleanUpKeySet } from '../../../functions/clean-up/keys.ts';
import { MEMORY_CLEAN_UP_KEYS } from '../../../local/memory/clean-up-keys.ts';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { type Ledger, ledgerPath } from '../../../shared/documents/ledger.ts';
import { type OrphanFields, orphanPath } from '../../../shared/documents/orphan.ts';
import { seconds } from '../../../shared/units.ts';
import type { World } from '../world.ts';
import { type Census, nameOf } from './census.ts';

export function watchRemoval(world: World, { ledgerOf, objectsOf }: Census) {
  const { hub, violate, markers } = world;
  const { cloudClusters } = hub;
  /** Orphans of which a sweep has asked for the deletion. */
  const asked = new Set<string>();
  /** By cluster: keys of what was seen gone. */
  const closedOf = new Map<string, Set<string>>();

  function noteOrphan(key: string): void {
    world.orphans.add(key);
    const state = hub.documents.peek<OrphanFields>(orphanPath(key))?.data.state;
    if (state === 'deleting') asked.add(key);
    if (state === 'gone' && asked.has(key)) markers.add('orphan found and gone');
  }

  /** A name that was proven gone is never used again: what is asked for anew has another generation. */
  function checkClosed(id: string): void {
    const closed = closedOf.get(id) ?? new Set<string>();
    for (const [key, { kind, name, goneAt }] of Object.entries(ledgerOf(id))) {
      if (goneAt) closed.add(key);
      else if (closed.has(key) && (kind === 'cluster' || kind === 'bucket') && !world.squatted.has(id))
        violate('S14', `${kind} ${name} was proven gone, and is asked for again`);
    }
    closedOf.set(id, closed);
  }

  /** Who gives its place back has nothing that still goes where it was tried. */
  function checkRoom(before: Cluster): void {
    checkHeld(before, 'gives its place back');
    const tried = [...before.exhausted, before.location];
    const going = cloudClusters().filter(
      ({ resource, status, location }) =>
        resource.name === nameOf(before) && status === 'STOPPING' && tried.includes(location),
    );
    if (going.length > 0)
      violate('S2', `${before.id} gives its place back while ${nameOf(before)} still goes`);
  }

  function checkGone(now: Cluster): void {
    checkNothingLeft(now);
    const open = Object.values(ledgerOf(now.id)).filter(({ goneAt }) => !goneAt);
    if (open.length > 0)
      violate(
        'S14',
        `${now.id} is deleted and its ledger has ${open.map(({ name }) => name).join(', ')} open`,
      );
    if (now.holdUntilAt) markers.add('deleted after a hold');
    const certificate = hub.documents.peek<Ledger>(ledgerPath(now.id))?.data.certificate;
    const verdict = certificate && checkCleanUp(certificate, KEYS);
    if (!verdict?.holds) {
      violate(
        'S15',
        `the certificate of ${now.id} does not hold: ${verdict ? `${verdict.fault} ${verdict.details.join()}` : 'there is none'}`,
      );
      return;
    }
    const told = new Set(verdict.statement.resources.map(({ kind, name }) => `${kind} ${name}`));
    for (const { kind, name } of Object.values(ledgerOf(now.id))) {
      if (!told.has(`${kind} ${name}`))
        violate('S15', `the certificate of ${now.id} says nothing of ${kind} ${name}`);
    }
  }

  function checkNothingLeft(now: Cluster): void {
    const { id, state } = now;
    const left = objectsOf(id);
    if (left.length > 0) violate('S15', `${id} is ${state} and there is still ${left.join(', ')}`);
    checkHeld(now, `is ${state}`);
  }

  /** What a handler long given up asked for may still appear until the hold is over: before that no absence is a proof. */
  function checkHeld({ id, holdUntilAt }: Cluster, what: string): void {
    const earlyMs = holdUntilAt ? holdUntilAt.getTime() - world.clock.now() : 0;
    if (earlyMs > CLOCKS_MS)
      violate('S15', `${id} ${what} ${Math.round(earlyMs / 1000)} s before its hold is over`);
  }

  return { noteOrphan, checkClosed, checkRoom, checkGone, checkNothingLeft };
}

const KEYS = cleanUpKeySet(MEMORY_CLEAN_UP_KEYS).keys;

/** Clocks of handlers may be off from the database's by that much, either way: `one-time.ts`. */
const CLOCKS_MS = seconds(20);
