/** Which match statements cover a path, and what their wildcards stand for. https://firebase.google.com/docs/firestore/security/rules-structure */
import { MAX_MATCH_STEPS } from './limits.ts';
import type { PatternSegment } from './syntax.ts';
import { Unknown } from './unknown.ts';
import { Path, type RuleValue } from './values.ts';

/** Stands for any number of segments, also none: where the collections of a collection group may lie. */
export const ANY_DEPTH: unique symbol = Symbol('any depth');

/** A segment of the path to match; an unknown one may be anything. */
export type Segment = string | Unknown | typeof ANY_DEPTH;

export interface Matchable<A> {
  readonly pattern: readonly PatternSegment[];
  readonly allows: readonly A[];
  readonly matches: readonly Matchable<A>[];
}

/** Visits the allow statements of one match that covers the path; true ends the search. */
type Visit<A> = (allows: readonly A[], captures: readonly RuleValue[]) => boolean;

/** Finds the matches that cover every path of that form. */
export class Matcher<A> {
  readonly #segments: readonly Segment[];
  /** How many segments a recursive wildcard takes at least. */
  readonly #minRest: number;
  readonly #visit: Visit<A>;
  readonly #captures: RuleValue[] = [];
  #steps = 0;

  constructor(segments: readonly Segment[], version: '1' | '2', visit: Visit<A>) {
    this.#segments = segments;
    this.#minRest = version === '1' ? 1 : 0;
    this.#visit = visit;
  }

  /** Whether a visit ended the search. */
  search(matches: readonly Matchable<A>[], from = 0): boolean {
    return matches.some((match) => this.#try(match, 0, from));
  }

  #try(match: Matchable<A>, index: number, at: number): boolean {
    if (++this.#steps > MAX_MATCH_STEPS) return false;
    const part = match.pattern[index];
    if (!part) {
      const whole = at === this.#segments.length;
      if (whole && match.allows.length > 0 && this.#visit(match.allows, this.#captures)) return true;
      return match.matches.length > 0 && this.search(match.matches, at);
    }
    if (part.kind === 'rest') return this.#tryRest(match, index, at);
    const segment = this.#segments[at];
    if (part.kind === 'literal') return segment === part.text && this.#try(match, index + 1, at + 1);
    if (segment === undefined || segment === ANY_DEPTH) return false;
    return this.#capturing(segment, match, index, at + 1);
  }

  #tryRest(match: Matchable<A>, index: number, at: number): boolean {
    for (let end = this.#segments.length; end >= at + this.#minRest; end--) {
      if (this.#capturing(pathOf(this.#segments.slice(at, end)), match, index, end)) return true;
    }
    return false;
  }

  #capturing(value: RuleValue, match: Matchable<A>, index: number, at: number): boolean {
    this.#captures.push(value);
    const found = this.#try(match, index + 1, at);
    this.#captures.pop();
    return found;
  }
}

/** The path of segments that may be open. */
export function pathOf(segments: readonly Segment[]): RuleValue {
  const known = segments.filter((segment) => segment !== ANY_DEPTH);
  return known.length === segments.length ? new Path(known) : new Unknown({ type: 'path' });
}
