/** Regular expressions, which are RE2's: linear in the text whatever the pattern. https://github.com/google/re2/wiki/Syntax */
import { RE2JS } from 're2js';
import { fault } from './errors.ts';

/** Patterns are few and mostly literals, but may come from documents: hence the bound. */
const CACHE_SIZE = 200;
const compiled = new Map<string, RE2JS>();

/** @throws Error with a message if the pattern is none */
export function compilePattern(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known) return known;
  const regex = RE2JS.compile(pattern);
  if (compiled.size >= CACHE_SIZE) compiled.clear();
  compiled.set(pattern, regex);
  return regex;
}

/** @throws Fault if the pattern is none */
export function patternOf(pattern: string): RE2JS {
  try {
    return compilePattern(pattern);
  } catch (error) {
    return fault(`'${pattern.slice(0, 100)}' is no regular expression: ${messageOf(error)}`);
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
