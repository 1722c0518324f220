/** Who there is in a seed. */

export const USERS = ['ada', 'grace', 'linus', 'edsger'] as const;

/** `leaver-<n>`: somebody who comes to go again. */
export type User = (typeof USERS)[number] | 'operator' | `leaver-${number}`;

export const emailOf = (uid: string): string => `${uid}@example.com`;
