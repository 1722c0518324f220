/** How people get into a Hub. An operator sets up some of them in Identity Platform, and the console offers those: `signIn` of its status. */
export const SIGN_IN_WAYS = ['google', 'github', 'password'] as const;
export type SignInWay = (typeof SIGN_IN_WAYS)[number];
