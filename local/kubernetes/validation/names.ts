/** Names as the API server checks them, with its own explanations. https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
import type { Fault } from '../errors.ts';
import { invalidValue, required } from '../faults.ts';

export interface NameRule {
  readonly pattern: RegExp;
  readonly longest: number;
  readonly says: string;
}

/** `metadata.name` of most kinds. */
export const SUBDOMAIN: NameRule = {
  pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  longest: 253,
  says: "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
};
/** Containers, volumes, namespaces. */
export const LABEL: NameRule = {
  pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
  longest: 63,
  says: "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
};
/** Services. */
export const LABEL_1035: NameRule = {
  pattern: /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
  longest: 63,
  says: "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
};
const LABEL_VALUE: NameRule = {
  pattern: /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/,
  longest: 63,
  says: "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
};
const LABEL_KEY: NameRule = {
  pattern: /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/,
  longest: 63,
  says: "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
};
/** Keys of ConfigMaps and Secrets. */
export const CONFIG_KEY: NameRule = {
  pattern: /^[-._a-zA-Z0-9]+$/,
  longest: 253,
  says: "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
};
/** RBAC names may hold anything that is safe in a path: `system:node`. */
export const PATH_SEGMENT: NameRule = {
  pattern: /^(?!\.\.?$)[^/%]+$/,
  longest: 253,
  says: "may not contain '/' or '%'",
};
/** https://datatracker.ietf.org/doc/html/rfc6335#section-5.1 */
export const PORT_NAME: NameRule = {
  pattern: /^(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
  longest: 15,
  says: 'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-), with at least one letter (a-z), and no hyphen at the edges or next to another',
};

export function nameFaults(field: string, name: unknown, rule: NameRule): Fault[] {
  if (name === undefined || name === null || name === '') return [required(field)];
  const faults: Fault[] = [];
  const text = String(name);
  if (text.length > rule.longest)
    faults.push(invalidValue(field, name, `must be no more than ${rule.longest} bytes`));
  if (typeof name !== 'string' || !rule.pattern.test(text)) faults.push(invalidValue(field, name, rule.says));
  return faults;
}

/** `app`, `example.com/app`. */
export function keyFaults(field: string, key: string): Fault[] {
  const parts = key.split('/');
  const name = parts.at(-1) ?? '';
  const faults: Fault[] = [];
  if (parts.length > 2) {
    faults.push(
      invalidValue(
        field,
        key,
        "a qualified name must consist of alphanumeric characters, '-', '_' or '.', with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
      ),
    );
    return faults;
  }
  const [prefix] = parts.length === 2 ? parts : [];
  if (prefix === '') faults.push(invalidValue(field, key, 'prefix part must be non-empty'));
  else if (prefix !== undefined && !SUBDOMAIN.pattern.test(prefix)) {
    faults.push(invalidValue(field, key, `prefix part ${SUBDOMAIN.says}`));
  }
  if (name === '') faults.push(invalidValue(field, key, 'name part must be non-empty'));
  else if (name.length > LABEL_KEY.longest) {
    faults.push(invalidValue(field, key, 'name part must be no more than 63 bytes'));
  }
  if (!LABEL_KEY.pattern.test(name)) faults.push(invalidValue(field, key, LABEL_KEY.says));
  return faults;
}

export const labelFaults = (field: string, labels: Record<string, string> | null | undefined): Fault[] =>
  Object.entries(labels ?? {}).flatMap(([key, value]) => {
    const faults = keyFaults(field, key);
    if (value === '') return faults;
    return [...faults, ...nameFaults(field, value, LABEL_VALUE)];
  });

/** Annotations of one object together. */
const MAX_ANNOTATION_BYTES = 256 * 1024;

export function annotationFaults(field: string, annotations: Record<string, string> | undefined): Fault[] {
  const all = Object.entries(annotations ?? {});
  const faults = all.flatMap(([key]) => keyFaults(field, key.toLowerCase()));
  const bytes = all.reduce((sum, [key, value]) => sum + Buffer.byteLength(`${key}${value}`), 0);
  if (bytes <= MAX_ANNOTATION_BYTES) return faults;
  const message = `Too long: may not be more than ${MAX_ANNOTATION_BYTES} bytes`;
  return [...faults, { field, message, reason: 'FieldValueTooLong' }];
}
