/** Checks of single values that many kinds share: whole numbers, ports, quantities, selectors, choices. */
import { isIP } from 'node:net';
import type { Fault } from '../errors.ts';
import { denied, invalidValue, notSupported, required } from '../faults.ts';
import type { Fields } from '../objects.ts';
import { parseQuantity, QUANTITY_RULE } from '../quantities.ts';
import { keyFaults, labelFaults } from './names.ts';

/** Absent is fine. */
export function atLeast(field: string, value: unknown, least: number): Fault[] {
  if (value === undefined || value === null) return [];
  if (Number.isInteger(value) && (value as number) >= least) return [];
  return [invalidValue(field, value, `must be greater than or equal to ${least}`)];
}

const isPort = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65_535;

export const portFaults = (field: string, value: unknown): Fault[] =>
  isPort(value) ? [] : [invalidValue(field, value, 'must be between 1 and 65535, inclusive')];

/** Absent is fine. */
export const choiceFaults = (field: string, value: unknown, choices: readonly string[]): Fault[] =>
  value === undefined || value === null || choices.includes(String(value))
    ? []
    : [notSupported(field, value, choices)];

export const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

/** A number, or a percentage of one. Absent is fine. */
export function shareFaults(field: string, value: unknown): Fault[] {
  if (typeof value !== 'string') return atLeast(field, value, 0);
  return /^\d+%$/.test(value)
    ? []
    : [
        invalidValue(
          field,
          value,
          "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
        ),
      ];
}

/** A map of resource names to amounts that may not be negative. */
export function amountFaults(field: string, amounts: Fields | null | undefined): Fault[] {
  return Object.entries(amounts ?? {}).flatMap(([name, value]) => {
    const amount = parseQuantity(value);
    const at = `${field}[${name}]`;
    if (amount === undefined) return [invalidValue(at, value, QUANTITY_RULE)];
    return amount < 0n ? [invalidValue(at, value, 'must be greater than or equal to 0')] : [];
  });
}

const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

export function selectorFaults(field: string, selector: Fields | null | undefined): Fault[] {
  if (!selector) return [];
  const terms: Fields[] = selector.matchExpressions ?? [];
  return [
    ...labelFaults(`${field}.matchLabels`, selector.matchLabels),
    ...terms.flatMap(({ key, operator, values = [] }, i) => {
      const at = `${field}.matchExpressions[${i}]`;
      const faults = keyFaults(`${at}.key`, String(key ?? ''));
      const needsValues = operator === 'In' || operator === 'NotIn';
      if (!OPERATORS.includes(operator)) {
        faults.push(invalidValue(`${at}.operator`, operator, 'not a valid selector operator'));
      } else if (needsValues && values.length === 0) {
        faults.push(required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
      } else if (!needsValues && values.length > 0) {
        faults.push(
          denied(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
        );
      }
      return faults;
    }),
  ];
}

/** `10.0.0.0/8`, `2001:db8::/32`. */
export function isCidr(value: unknown): boolean {
  const [, address = '', length] = /^([^/]+)\/(\d{1,3})$/.exec(String(value)) ?? [];
  const version = isIP(address);
  return version !== 0 && Number(length) <= (version === 4 ? 32 : 128);
}
