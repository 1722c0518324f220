import { describe, expect, test } from 'vitest';
import { compileRules, RulesError } from './rules.ts';

/** Where and how the rules are refused. */
function errorOf(source: string): { line: number; column: number; message: string } {
  try {
    compileRules(source);
  } catch (error) {
    if (!(error instanceof RulesError)) throw error;
    return { line: error.line, column: error.column, message: error.message };
  }
  throw new Error('These rules compile.');
}

const inService = (body: string): string => `rules_version = '2';\nservice cloud.firestore {\n${body}\n}`;
/** The body begins in line 4, column 1. */
const inMatch = (body: string): string => inService(`match /databases/{database}/documents {\n${body}\n}`);
/** The condition begins in line 4, column 30. */
const condition = (text: string): string => inMatch(`match /a/{id} { allow get: if\n${text}; }`);
const functions = (text: string): string => inMatch(`${text}\nmatch /a/{id} { allow get; }`);

describe('the file', () => {
  test.each([
    ['', 1, 1, 'Expected "service" cloud.firestore { … }, but the rules end here.'],
    ['rules_version = 2;', 1, 17, "Expected the version in quotes, '1' or '2', but found \"2\"."],
    ["rules_version = '3';", 1, 17, "Expected the version in quotes, '1' or '2'"],
    ["rules_version '2';", 1, 15, 'Expected "=" after "rules_version"'],
    ['service firebase.storage {}', 1, 9, 'Expected "cloud.firestore"'],
    ['service cloud.firestore', 1, 24, 'Expected "{" after "service cloud.firestore"'],
    ['service cloud.firestore {', 1, 26, 'Expected "match", "function" or "}" in the service'],
    ['service cloud.firestore {} x', 1, 28, 'Expected nothing after the service'],
    ['service cloud.firestore { allow read; }', 1, 27, 'Expected "match", "function" or "}"'],
    ['service cloud.firestore { /* }', 1, 27, 'This comment is not closed'],
    [inService('match a {}'), 3, 7, 'Expected a path that begins with "/" after "match"'],
    [inService('match /a/{} {}'), 3, 11, 'Expected the name of the wildcard'],
    [inService('match /a/{b=*} {}'), 3, 12, 'Expected "=**" or "}" after the name of the wildcard'],
    [inService('match /a/{b {}'), 3, 13, 'Expected "}" to close the wildcard'],
    [inService('match /a/{b}/{b} {}'), 3, 14, 'The wildcard "b" is there twice.'],
    [inService('match /{a=**}/{b=**} {}'), 3, 15, 'A match can have one recursive wildcard'],
    [
      'service cloud.firestore { match /{a=**}/b {} }',
      1,
      34,
      'In version 1 a recursive wildcard must be the last segment.',
    ],
    [inMatch('allow;'), 4, 6, 'Expected one of read, write, get, list, create, update, delete after "allow"'],
    [inMatch('allow reed;'), 4, 7, '"reed" is no method. Methods are: read, write'],
    [inMatch('allow read, ;'), 4, 13, 'Expected one of read'],
    [inMatch('allow read if true;'), 4, 12, 'Expected ";" or ":", "," to go on'],
    [inMatch('allow read: true;'), 4, 13, 'Expected "if" after ":"'],
    [inMatch('allow read: if ;'), 4, 16, 'Expected an expression, but found ";"'],
    [inMatch('allow read: if true false;'), 4, 21, 'Expected ";" or "&&", "||" to go on'],
    [
      inMatch('alow read;'),
      4,
      1,
      'Expected "allow", "match", "function" or "}" in the match, but found "alow".',
    ],
  ])('%s', (source, line, column, message) => {
    expect(errorOf(source)).toMatchObject({ line, column, message: expect.stringContaining(message) });
  });
});

describe('expressions', () => {
  test.each([
    ['1 +', 4, 'Expected an expression, but found ";"'],
    ['a', 1, 'There is no variable "a" here.'],
    ['true && foo(1)', 9, 'There is no function "foo" here.'],
    ['request.auth.uid = id', 18, 'Expected ";" or "&&", "||" to go on, but found "=".'],
    ['true & true', 6, 'Expected "&&", but found a single "&".'],
    ["'abc", 1, "This string is not closed: add ' on the same line."],
    ['"abc', 1, 'This string is not closed: add "'],
    ['(true', 6, 'Expected ")" to close the parenthesis'],
    ['[1, 2', 6, 'Expected "]" or "," and another expression'],
    ["{'a' 1}", 6, 'Expected ":" between a key of the map and its value'],
    ['id[1', 5, 'Expected "]" to close the index'],
    ['true ? 1', 9, 'Expected ":" between the two outcomes of "?"'],
    ['id is text', 7, '"text" is no type. Types are: bool, int'],
    ['id is 1', 7, 'Expected the name of a type after "is"'],
    ['id.1', 4, 'Expected the name of a property or method'],
    ['id.', 4, 'Expected the name of a property or method after "."'],
    ['9223372036854775808 > 0', 1, 'The integer 9223372036854775808 is greater than'],
    ['true # no', 6, 'The character "#" has no meaning here.'],
    ['/a/$id == /a/b', 5, 'Expected "(" after "$" in a path'],
    ['/a/ == /a/b', 5, 'Expected "$" or a name as the next segment of the path'],
    ['get(1, 2)', 1, 'get() takes 1 argument, not 2.'],
    ["'a'.matches()", 5, 'matches() takes 1 argument, not 0.'],
    ['{}.get("a") == 1', 4, 'get() takes 2 arguments, not 1.'],
    ['id.length() == 1', 4, 'No type has a method "length".'],
    ['math.max(1, 2) == 2', 6, '"math" has no function "max". It has: abs'],
    ['math == 1', 1, '"math" is a namespace'],
    ['exists == 1', 1, '"exists" is a function: add its arguments'],
    ["id.matches('a(')", 12, 'This is no regular expression of RE2: '],
    ["id.matches('(?=a)')", 12, 'This is no regular expression of RE2: '],
    ['(1)(2)', 1, 'Only functions and methods can be called.'],
    ['let == 1', 1, 'Expected an expression, but found the keyword "let".'],
    [`get(/databases/$(databse)/documents/a/b).data.x`, 18, 'There is no variable "databse" here.'],
  ])('%s', (text, column, message) => {
    expect(errorOf(condition(text))).toMatchObject({
      line: 5,
      column,
      message: expect.stringContaining(message),
    });
  });
});

describe('functions', () => {
  test.each([
    ['function f { return 1; }', 4, 12, 'Expected "(" after the name of the function'],
    ['function f() { 1 }', 4, 16, 'Expected "return" or "let" in a function'],
    ['function f() { let a = 1 return a; }', 4, 26, 'Expected ";" after the value of the variable'],
    ['function f() { return 1; return 2; }', 4, 26, 'Expected "}" after the returned expression'],
    ['function f(a, a) { return 1; }', 4, 15, 'The variable "a" is there twice.'],
    ['function f(a) { let a = 1; return 1; }', 4, 17, 'The variable "a" is there twice.'],
    ['function f() { let a = b; let b = 1; return a; }', 4, 24, 'There is no variable "b" here.'],
    ['function f() { return 1; }\nfunction f() { return 1; }', 5, 10, 'The function "f" is there twice.'],
    ['function get(x) { return 1; }', 4, 10, '"get" is a built-in function'],
    ['function in(x) { return 1; }', 4, 10, 'Expected the name of the function, but "in" is a keyword.'],
    ['function f() { return f(); }', 4, 23, '"f" calls itself'],
    ['function f() { return g(); }\nfunction g() { return f(); }', 5, 23, '"f" calls itself'],
    ['function f() { return id; }', 4, 23, 'There is no variable "id" here.'],
    ['function f(x) { return 1; }\nfunction g() { return f(); }', 5, 23, 'f() takes 1 argument, not 0.'],
  ])('%s', (text, line, column, message) => {
    expect(errorOf(functions(text))).toMatchObject({
      line,
      column,
      message: expect.stringContaining(message),
    });
  });

  test('a function of an inner match is not seen outside', () => {
    const text = inMatch('match /a/{x} { function f() { return x; } }\nmatch /b/{y} { allow get: if f(); }');
    expect(errorOf(text)).toEqual({ line: 5, column: 30, message: 'There is no function "f" here.' });
  });
});
