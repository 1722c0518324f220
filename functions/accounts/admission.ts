/** Whether one more cluster fits into what an account or the cell may have, and the write that takes the room. Pure. */
import { LOWEST_PRICE } from '../../shared/catalog/catalog.ts';
import type { Allowance } from '../../shared/documents/account.ts';
import { DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import { inCents } from '../../shared/money.ts';
import { hours } from '../../shared/units.ts';
import type { DocumentData, Snapshot } from '../cloud.ts';

/** Spares leave this share of the places in the making to people, who may come any moment. */
const FOR_PEOPLE = 0.25;

export interface Limits {
  clusters: number;
  hourlyMicros: number;
}

/** What an account or the cell may have: as its document says, or else as everybody's. */
export const limitsOf = (now: Allowance | undefined, defaults: Limits): Limits => ({
  clusters: now?.maxClusters ?? defaults.clusters,
  hourlyMicros: now?.maxHourlyMicros ?? defaults.hourlyMicros,
});

/** A cell that may cost less than anything does is switched off for a while: nobody is admitted, and nothing is used up. */
export const isSwitchedOff = (cell: Pick<Limits, 'hourlyMicros'>): boolean =>
  cell.hourlyMicros < LOWEST_PRICE.hourlyMicros;

/** Why a cluster must wait. */
export interface Blocked {
  blocked: ErrorCode;
  detail?: string;
  /** It would not fit if there were nothing else: waiting does not help. */
  never?: true;
  /** Cloud time until it is worth looking again, if somebody knows. */
  forMs?: number;
}

/**
 * Whether there is room now for one more cluster of this price.
 * @param account absent: nobody pays for it, so it is a spare
 * @param cell with how many may be in the making at once
 * @returns why not: first what never fits, then what lasts longest
 */
export function planRoom(
  hourlyMicros: number,
  account: { now: Allowance | undefined; defaults: Limits } | undefined,
  cell: { now: Allowance | undefined; defaults: Limits; making: number },
): Blocked | undefined {
  const full = [
    account && planAdmission(account.now, account.defaults, hourlyMicros, 'account'),
    planAdmission(cell.now, cell.defaults, hourlyMicros, 'cell'),
  ].filter((blocked) => blocked !== undefined);
  const isSpare = account === undefined;
  return (
    full.find(({ never }) => never) ??
    full[0] ??
    (isBusy(cell.now, cell.making, isSpare) ? { blocked: 'CELL_BUSY' } : undefined)
  );
}

/** Whether as many are in the making as may be; a spare finds fewer places than people do. */
function isBusy(cell: Allowance | undefined, cellMaking: number, isSpare: boolean): boolean {
  const places = isSpare ? Math.max(1, Math.floor(cellMaking * (1 - FOR_PEOPLE))) : cellMaking;
  return (cell?.making ?? 0) >= places;
}

/**
 * Whether one more cluster of this price fits.
 * @returns why not, or undefined
 */
export function planAdmission(
  now: Allowance | undefined,
  defaults: Limits,
  hourlyMicros: number,
  scope: 'account' | 'cell',
): Blocked | undefined {
  const isOfAccount = scope === 'account';
  const { clusters: mostClusters, hourlyMicros: most } = limitsOf(now, defaults);
  const isOff = !isOfAccount && isSwitchedOff({ hourlyMicros: most });
  if (hourlyMicros > most && !isOff) {
    const price = inCents(hourlyMicros, 'up');
    // What all of Hub may cost is its operators' business.
    return isOfAccount
      ? {
          ...NEVER,
          blocked: 'SIZE_OVER_BUDGET',
          detail: `It costs ${price}, and ${inCents(most, 'down')} is allowed.`,
        }
      : { ...NEVER, blocked: 'SIZE_OVER_CAPACITY', detail: `It costs ${price}.` };
  }
  const clusters = (now?.clusters ?? 0) + 1;
  const sum = (now?.hourlyMicros ?? 0) + hourlyMicros;
  if (clusters > mostClusters) return { blocked: isOfAccount ? 'ACCOUNT_QUOTA' : 'CELL_FULL' };
  if (sum > most) return { blocked: isOfAccount ? 'ACCOUNT_BUDGET' : 'CELL_FULL' };
  return undefined;
}

const NEVER = { never: true } as const;

/** One more that is asked for. */
export const hourAfter = (hour: Allowance['hour'], at: Date): NonNullable<Allowance['hour']> =>
  hour && isSameHour(hour, at.getTime()) ? { ...hour, made: hour.made + 1 } : { since: at, made: 1 };

/** Real time, for people press buttons by their own clock. */
export const isSameHour = ({ since }: NonNullable<Allowance['hour']>, now: number): boolean =>
  now - since.getTime() < hours(1);

/**
 * The write that takes room, on the condition that nobody else took any since it was counted.
 * @param making places among those in the making
 * @param at now, if it is asked for in the same commit
 */
export function taken(
  path: string,
  now: Snapshot<Allowance> | undefined,
  hourlyMicros: number,
  making?: number,
  at?: Date,
): { path: string; version?: string; data: DocumentData } {
  const clusters = (now?.data.clusters ?? 0) + 1;
  const sum = (now?.data.hourlyMicros ?? 0) + hourlyMicros;
  return {
    path,
    data: {
      schema: DOCUMENT_SCHEMA,
      clusters,
      hourlyMicros: sum,
      ...(at && { hour: hourAfter(now?.data.hour, at) }),
      ...(making && { making: (now?.data.making ?? 0) + making }),
    },
    ...(now ? { version: now.version } : {}),
  };
}
