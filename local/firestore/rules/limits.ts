/** Limits of production: https://firebase.google.com/docs/firestore/quotas#security_rules */

/** Of the text, in UTF-8. Production also limits what it is compiled to, which has no counterpart here. */
export const MAX_SOURCE_BYTES = 256 * 1024;
export const MAX_MATCH_DEPTH = 10;
/** Over all nested match statements together. */
export const MAX_PATTERN_SEGMENTS = 100;
/** Over all nested match statements together. */
export const MAX_CAPTURES = 20;
export const MAX_CALL_DEPTH = 20;
export const MAX_PARAMETERS = 7;
export const MAX_LETS = 10;
/** Evaluated for one request. How production counts is not written anywhere; here operators, calls and members count. */
export const MAX_EXPRESSIONS = 1000;
/** Documents that get() and exists() may look at for one operation. */
export const MAX_LOOKUPS = 10;

/** Not of production: keeps the recursion over an expression within the stack. */
export const MAX_EXPRESSION_DEPTH = 400;
/** Not of production: many recursive wildcards in nested matches can fit a long path in very many ways. */
export const MAX_MATCH_STEPS = 10_000;
