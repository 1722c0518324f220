import { expect, test } from 'vitest';
import { ERRORS } from '../shared/errors.ts';
import { remedyInCommands } from './remedies.ts';

const of = (code: keyof typeof ERRORS) => remedyInCommands(ERRORS[code].remedy, 'x');

test('no remedy sends whoever is in a terminal to a button, or to an address that a command asks', () => {
  for (const code of Object.keys(ERRORS) as (keyof typeof ERRORS)[])
    expect(of(code), code).not.toMatch(/\bRetry\b(?!-After)|GET \/v1\/(catalog|clusters)|GET the/);
});

test('what is said is a sentence still', () => {
  expect(of('INSTALL_FAILED')).toBe('Run hub retry x; if it fails again, tell the operator.');
  expect(of('CLOUD_SETUP')).toBe('Tell the operator, and run hub retry x when it is fixed.');
  expect(of('UNKNOWN_SIZE')).toBe('Choose one from hub catalog.');
  expect(of('NOT_FOUND')).toBe('hub list shows your clusters.');
  expect(of('NOT_ACCEPTED_IN_STATE')).toBe('Wait until its state allows this; hub show x tells its state.');
  expect(remedyInCommands(ERRORS.STEP_TIMEOUT.remedy)).toContain('hub retry <cluster>;');
});
