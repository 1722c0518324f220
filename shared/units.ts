/** Durations in milliseconds and sizes in bytes, so that no bare number stands in the code. */
export const seconds = (n: number): number => n * 1000;
export const minutes = (n: number): number => n * 60_000;
export const hours = (n: number): number => n * 3_600_000;
export const days = (n: number): number => n * 86_400_000;

export const KIB = 1024;
export const MIB = 1024 * KIB;

/** On average: 365 days of 24 hours in 12 months. Google's prices per month are prices per hour times as many. */
export const MONTH_HOURS = 730;
