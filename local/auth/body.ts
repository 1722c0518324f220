/** Reads the fields of a request's JSON body, refusing what has the wrong type. */
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

/** An object, absent if it is none. */
export function record(body: Body, field: string): Body | undefined {
  const value = body[field];
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isRecord ? (value as Body) : undefined;
}

/** https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.3 */
const MAX_EMAIL_LENGTH = 254;

/** In lower case. @throws ServiceError `missing`, INVALID_EMAIL */
export function requireEmail(body: Body, field = 'email', missing = 'MISSING_EMAIL'): string {
  const value = text(body, field);
  if (value === undefined) throw invalid(missing);
  if (value.length > MAX_EMAIL_LENGTH || !/^[^@\s]+@[^@\s]+$/.test(value)) throw invalid('INVALID_EMAIL');
  return value.toLowerCase();
}

/** @throws ServiceError INVALID_PHONE_NUMBER for what is not of the form E.164 */
export function phoneNumber(body: Body): string | undefined {
  const number = text(body, 'phoneNumber');
  if (number && !/^\+[1-9]\d{1,14}$/.test(number)) throw invalid('INVALID_PHONE_NUMBER : Invalid format.');
  return number;
}

/** Six characters, as Firebase asks by default. @throws ServiceError WEAK_PASSWORD */
export function requireStrongPassword(password: string): string {
  if (password.length < 6) throw invalid('WEAK_PASSWORD : Password should be at least 6 characters');
  return password;
}
