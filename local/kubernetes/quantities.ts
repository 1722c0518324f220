/**
 * Quantities: `500m`, `1.5Gi`, `2e3`. Exact, in billionths of one, which is the smallest that Kubernetes knows.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */

export type Nano = bigint;

const ONE: Nano = 1_000_000_000n;

const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];

const QUANTITY = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:([KMGTPE]i)|([numkMGTPE])|[eE]([+-]?\d+))?$/;

export const QUANTITY_RULE =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/** In billionths, rounded up as the API server does; undefined if it is no quantity. */
export function parseQuantity(value: unknown): Nano | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const found = QUANTITY.exec(String(value).trim());
  if (!found) return undefined;
  const [, sign, digits = '0', binary, decimal, exponent] = found;
  const [whole = '', fraction = ''] = digits.split('.');
  let numerator = BigInt(`${whole}${fraction}` || '0') * ONE;
  let denominator = 10n ** BigInt(fraction.length);
  if (binary) numerator *= 1024n ** BigInt(BINARY.indexOf(binary));
  // `k` is a thousand, `m` a thousandth: three digits for each step from one.
  const power = decimal ? 3 * (DECIMAL.indexOf(decimal) - 3) : Number(exponent ?? 0);
  if (Math.abs(power) > 30) return undefined;
  if (power >= 0) numerator *= 10n ** BigInt(power);
  else denominator *= 10n ** BigInt(-power);
  const magnitude = (numerator + denominator - 1n) / denominator;
  return sign === '-' ? -magnitude : magnitude;
}

/** Zero for what is missing or no quantity. */
export const quantityOf = (value: unknown): Nano => parseQuantity(value) ?? 0n;

const isBinary = (value: unknown): boolean => typeof value === 'string' && /[KMGTPE]i$/.test(value);

/** In the shortest form with a whole number, by powers of 1024 if `like` is written so. */
export function formatQuantity(amount: Nano, like?: unknown): string {
  const sign = amount < 0n ? '-' : '';
  const size = amount < 0n ? -amount : amount;
  if (size === 0n) return '0';
  if (isBinary(like) && size % ONE === 0n && size >= 1024n * ONE) {
    let units = size / ONE;
    let step = 0;
    for (; units % 1024n === 0n && step < BINARY.length - 1; step++) units /= 1024n;
    return `${sign}${units}${BINARY[step]}`;
  }
  let units = size;
  let step = 0;
  for (; units % 1000n === 0n && step < DECIMAL.length - 1; step++) units /= 1000n;
  return `${sign}${units}${DECIMAL[step]}`;
}

/** As the API server writes the same quantity: `0.5` as `500m`, `1024Mi` as `1Gi`. What is no quantity stays. */
export function canonicalQuantity(value: unknown): unknown {
  const amount = parseQuantity(value);
  return amount === undefined ? value : formatQuantity(amount, value);
}
