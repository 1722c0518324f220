import { describe, expect, test } from 'vitest';
import { KINDS } from '../kinds.ts';
import type { Fields } from '../objects.ts';
import { checkApplied, checkFields, checkPatched, fieldValidationOf } from './bodies.ts';

const kind = KINDS.Deployment;
const deployment = (pod: Fields = {}, spec: Fields = {}): Fields => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', labels: { any: 'label' } },
  spec: { template: { spec: { containers: [{ name: 'web', ...pod }] } }, ...spec },
});
const refusal = (object: Fields): string => {
  try {
    checkFields({ kind, validation: 'Strict' }, object);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('fields that nobody knows', () => {
  const typo = deployment({ imagee: 'x' }, { replicaz: 1 });

  test('are all named when they are refused', () => {
    expect(refusal(typo)).toBe(
      'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: ' +
        'unknown field "spec.template.spec.containers[0].imagee", unknown field "spec.replicaz"',
    );
  });

  test('are left out, with a warning or without', () => {
    const warned = checkFields({ kind, validation: 'Warn' }, typo);
    expect(warned.warnings).toEqual([
      'unknown field "spec.template.spec.containers[0].imagee"',
      'unknown field "spec.replicaz"',
    ]);
    expect(warned.object).toEqual(deployment());
    expect(checkFields({ kind, validation: 'Ignore' }, typo)).toEqual({ object: deployment(), warnings: [] });
  });

  test('are refused in patches with 422, and in what is applied in any case', () => {
    expect(() => checkPatched({ kind, validation: 'Strict' }, typo)).toThrow(
      expect.objectContaining({
        code: 422,
        message: expect.stringContaining('unknown field "spec.replicaz"'),
      }),
    );
    expect(() =>
      checkApplied({ kind, validation: 'Ignore' }, deployment({}, { replicaz: 1 }), 'default/web'),
    ).toThrow(
      expect.objectContaining({
        code: 500,
        message:
          'failed to create typed patch object (default/web; apps/v1, Kind=Deployment): .spec.replicaz: field not declared in schema',
      }),
    );
  });
});

describe('values of another type', () => {
  test.each([
    [
      { replicas: 'three' },
      'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      { paused: 1 },
      'json: cannot unmarshal number into Go struct field DeploymentSpec.spec.paused of type bool',
    ],
    [
      { template: [] },
      'json: cannot unmarshal array into Go struct field DeploymentSpec.spec.template of type v1.PodTemplateSpec',
    ],
    [
      { template: { spec: { containers: {} } } },
      'json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container',
    ],
    [
      { template: { metadata: { labels: { a: true } } } },
      'json: cannot unmarshal bool into Go struct field ObjectMeta.spec.template.metadata.labels.a of type string',
    ],
    [
      { template: { spec: { containers: [{ resources: { limits: { cpu: 'lots' } } }] } } },
      'quantities must match the regular expression',
    ],
  ])('%j', (spec, message) => {
    expect(refusal(deployment({}, spec))).toContain(message);
    expect(() => checkFields({ kind, validation: 'Ignore' }, deployment({}, spec))).toThrow();
  });

  test('of a Secret are base64', () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' }, data: { a: 'not base64!' } };
    expect(() => checkFields({ kind: KINDS.Secret, validation: 'Warn' }, secret)).toThrow(
      'illegal base64 data at input byte 3',
    );
  });
});

test('null stands for nothing, wherever it is', () => {
  const object = deployment({ env: null, resources: null }, { replicas: null, strategy: null });
  expect(checkFields({ kind, validation: 'Strict' }, object).warnings).toEqual([]);
});

test('what to do about unknown fields is Strict, Warn or Ignore', () => {
  const of = (text: string) => fieldValidationOf(new URLSearchParams(text));
  expect([of(''), of('fieldValidation=Strict'), of('fieldValidation=Ignore')]).toEqual([
    'Warn',
    'Strict',
    'Ignore',
  ]);
  expect(() => of('fieldValidation=Maybe')).toThrow(expect.objectContaining({ code: 422 }));
});
