/** The lifetimes that the console offers, and when an end is near. */
import { SAME_END_MINUTES } from '../../../shared/limits.ts';
import { hours, minutes } from '../../../shared/units.ts';

export const LIFETIMES: readonly (readonly [hours: number, label: string])[] = [
  [8, '8 hours'],
  [24, 'A day'],
  [24 * 7, 'A week'],
  [24 * 30, '30 days'],
];

/**
 * So long before its end a page says of a cluster that it ends, in cloud time: the last quarter of its lifetime, so that whoever looks once a day
 * reads it of one that lives for days, and nobody is told of one of eight hours all day.
 */
export const nearEndMs = (ttlHours: number): number =>
  Math.min(Math.max(hours(ttlHours) / 4, hours(1)), hours(48));

/** Those by which it would end later than it does. @param leftMs cloud time until its end */
export const laterLifetimes = (leftMs: number): typeof LIFETIMES =>
  LIFETIMES.filter(([count]) => hours(count) >= leftMs + minutes(SAME_END_MINUTES));
