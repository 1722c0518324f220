/** Reads the fields of a request's JSON body, refusing what has the wrong type, and words accounts as the API does. */
import type { Credentials, User } from './model.ts';
import { invalid } from './model.ts';

export type Body = Record<string, unknown>;

export function text(body: Body, field: string): string | undefined {
  const value = body[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalid(`Invalid value at '${field}' (TYPE_STRING)`);
  return value;
}

/** @throws ServiceError with `message` if the field is absent or empty */
export function requireText(body: Body, field: string, message: string): string {
  const value = text(body, field);
  if (!value) throw invalid(message);
  return value;
}

export function flag(body: Body, field: string): boolean | undefined {
  const value = body[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw invalid(`Invalid value at '${field}' (TYPE_BOOL)`);
  return value;
}

/** Numbers of 64 bits may come as text. */
export function integer(body: Body, field: string): number | undefined {
  const value = body[field];
  if (value === undefined || value === null) return undefined;
  const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw invalid(`Invalid value at '${field}' (TYPE_INT64)`);
  return number;
}

/** A list of texts; a single text is a list of one. */
export function texts(body: Body, field: string): string[] {
  const value = body[field];
  const list = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
  return list.map((item) => text({ [field]: item }, field) ?? '');
}

export function records(body: Body, field: string): Body[] {
  const value = body[field];
  if (!Array.isArray(value)) return [];
  return value.filter((item): item is Body => typeof item === 'object' && item !== null);
}

/** @throws ServiceError MISSING_EMAIL, INVALID_EMAIL */
export function requireEmail(body: Body, field = 'email'): string {
  const email = requireText(body, field, 'MISSING_EMAIL').toLowerCase();
  if (!/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(email)) throw invalid('INVALID_EMAIL');
  return email;
}

/** Six characters, as Firebase asks by default. @throws ServiceError WEAK_PASSWORD */
export function requireStrongPassword(password: string): string {
  if (password.length < 6) throw invalid('WEAK_PASSWORD : Password should be at least 6 characters');
  return password;
}

/** What a client signed in with gets, beside who it is. */
export const identity = (user: User, credentials?: Credentials): Body => ({
  localId: user.localId,
  email: user.email,
  displayName: user.displayName,
  photoUrl: user.photoUrl,
  ...credentials,
});

/** The account as `lookup` gives it. https://cloud.google.com/identity-platform/docs/reference/rest/v1/UserInfo */
export function userInfo(user: User): Body {
  const password = user.password &&
    user.email && { providerId: 'password', rawId: user.email, email: user.email };
  const links = password ? [...user.providers, password] : user.providers;
  return {
    localId: user.localId,
    email: user.email,
    emailVerified: user.emailVerified,
    displayName: user.displayName,
    photoUrl: user.photoUrl,
    phoneNumber: user.phoneNumber,
    providerUserInfo: links.map((link) => ({
      displayName: user.displayName,
      photoUrl: user.photoUrl,
      ...link,
      federatedId: link.rawId,
    })),
    // The hash itself goes to nobody; its presence says that there is a password.
    passwordHash: user.password && Buffer.from('REDACTED').toString('base64'),
    passwordUpdatedAt: user.password?.updatedAtMs,
    validSince: String(user.validSinceS),
    disabled: user.disabled,
    customAttributes: user.customAttributes,
    createdAt: String(user.createdAtMs),
    lastLoginAt: user.lastLoginAtMs === undefined ? undefined : String(user.lastLoginAtMs),
    lastRefreshAt:
      user.lastRefreshAtMs === undefined ? undefined : new Date(user.lastRefreshAtMs).toISOString(),
  };
}
