/** https://firebase.google.com/docs/reference/rules/rules.List_ and rules.Set_ */
import { contains, containsAll, containsAny, distinct, filterBy } from '../equality.ts';
import { resultOf, type Truth, Unknown } from '../unknown.ts';
import { type Result, RuleSet, type RuleValue, UNSURE } from '../values.ts';
import { textOf } from './conversions.ts';
import { type BuiltIn, builtIn, elementsOf, stringOf } from './method.ts';

type List = readonly RuleValue[];
const UNKNOWNS = { unknowns: true };
const OTHER = 'The argument';

/** A method that takes a list or set. Of an unknown one nothing is sure, not even that it is one. */
function withOther<T extends RuleValue>(
  name: string,
  run: (object: T, other: readonly RuleValue[]) => Result,
): BuiltIn {
  const call = (object: T, other: RuleValue): Result =>
    other instanceof Unknown ? UNSURE : run(object, elementsOf(other, OTHER));
  return builtIn(name, 1, call, UNKNOWNS);
}

/** The elements are known to be distinct, or it is not known. */
const setOf = (elements: readonly RuleValue[] | undefined): Result =>
  elements ? new RuleSet(elements) : UNSURE;

export const LIST_METHODS: readonly BuiltIn[] = [
  withOther('concat', (list: List, other) => [...list, ...other]),
  withOther('hasAll', (list: List, other) => resultOf(containsAll(list, other))),
  withOther('hasAny', (list: List, other) => resultOf(containsAny(list, other))),
  withOther('hasOnly', (list: List, other) => resultOf(containsAll(other, list))),
  withOther('removeAll', (list: List, other) => filterBy(list, other, false) ?? UNSURE),
  builtIn('join', 1, (list: List, separator) => list.map(textOf).join(stringOf(separator, 'The separator'))),
  builtIn('size', 0, (list: List) => BigInt(list.length), UNKNOWNS),
  builtIn('toSet', 0, (list: List) => setOf(distinct(list)), UNKNOWNS),
];

export const SET_METHODS: readonly BuiltIn[] = [
  withOther('difference', ({ elements }: RuleSet, other) => setOf(filterBy(elements, other, false))),
  withOther('intersection', ({ elements }: RuleSet, other) => setOf(filterBy(elements, other, true))),
  withOther('union', ({ elements }: RuleSet, other) => setOf(distinct([...elements, ...other]))),
  withOther('hasAll', ({ elements }: RuleSet, other) => resultOf(containsAll(elements, other))),
  withOther('hasAny', ({ elements }: RuleSet, other) => resultOf(containsAny(elements, other))),
  withOther('hasOnly', ({ elements }: RuleSet, other) => resultOf(containsAll(other, elements))),
  builtIn('size', 0, ({ elements }: RuleSet) => BigInt(elements.length), UNKNOWNS),
  builtIn('toSet', 0, (set: RuleSet) => set, UNKNOWNS),
];

/** Methods of a list that only some elements are known of. */
export function unknownListMethod(list: Unknown, name: string, other: RuleValue | undefined): Result {
  if (other === undefined || other instanceof Unknown) return UNSURE;
  const known = list.facts.contains ?? [];
  const truth = (test: Truth): Result => resultOf(test === true ? true : undefined);
  if (name === 'hasAny') return truth(containsAny(known, elementsOf(other, OTHER)));
  if (name === 'hasAll') return truth(containsAll(known, elementsOf(other, OTHER)));
  if (name !== 'hasOnly') return UNSURE;
  const allowed = elementsOf(other, OTHER);
  return resultOf(known.some((element) => contains(allowed, element) === false) ? false : undefined);
}
