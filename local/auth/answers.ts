/** Words accounts as the API does. */
import type { Body } from './body.ts';
import type { Credentials, ProviderLink, User } from './model.ts';

export const kind = (name: string): Body => ({ kind: `identitytoolkit#${name}` });

/** What a client signed in with gets, beside who it is. */
export const identity = (user: User, credentials?: Credentials): Body => ({
  localId: user.localId,
  email: user.email,
  displayName: user.displayName,
  photoUrl: user.photoUrl,
  ...credentials,
});

/** How a user can sign in: the providers, the password or link of the address, the phone number. */
export function linksOf(user: User): (ProviderLink & { phoneNumber?: string })[] {
  const { email, displayName, photoUrl, phoneNumber } = user;
  const links: (ProviderLink & { phoneNumber?: string })[] = [...user.providers];
  if (email && (user.password || user.emailLink)) {
    const profile = { ...(displayName && { displayName }), ...(photoUrl && { photoUrl }) };
    links.push({ providerId: 'password', rawId: email, email, ...profile });
  }
  if (phoneNumber) links.push({ providerId: 'phone', rawId: phoneNumber, phoneNumber });
  return links;
}

/** The account as `lookup` gives it. https://cloud.google.com/identity-platform/docs/reference/rest/v1/UserInfo */
export function userInfo(user: User): Body {
  return {
    localId: user.localId,
    email: user.email,
    emailVerified: user.emailVerified,
    displayName: user.displayName,
    photoUrl: user.photoUrl,
    phoneNumber: user.phoneNumber,
    providerUserInfo: linksOf(user).map((link) => ({ ...link, federatedId: link.rawId })),
    // The hash itself goes to nobody; its presence says that there is a password.
    passwordHash: user.password && Buffer.from('REDACTED').toString('base64'),
    passwordUpdatedAt: user.password?.updatedAtMs,
    emailLinkSignin: user.emailLink,
    validSince: String(user.validSinceS),
    disabled: user.disabled,
    customAttributes: user.customAttributes,
    createdAt: String(user.createdAtMs),
    lastLoginAt: user.lastLoginAtMs === undefined ? undefined : String(user.lastLoginAtMs),
    lastRefreshAt:
      user.lastRefreshAtMs === undefined ? undefined : new Date(user.lastRefreshAtMs).toISOString(),
  };
}
