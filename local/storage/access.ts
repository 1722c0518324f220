/** Who may do what with a bucket: the caller is known by its token, and the bucket's policy says the rest. */
import type { IncomingHttpHeaders } from 'node:http';
import { isAllowed } from '../iam/policy.ts';
import { type Principal, titleOf } from '../iam/principals.ts';
import { ServiceError, STATUS } from '../service.ts';
import type { StorageModel } from './model.ts';

export interface StorageAccess {
  /** `owner` may do everything in the project, as Hub's functions may; undefined for a token that is good for nothing. */
  identify(token: string): Principal | 'owner' | undefined;
}

/** @throws ServiceError if the caller may not, `authError` if nobody is called so */
export type Allow = (permission: string, bucket: string, object?: string) => void;

/** @param access absent: whoever reaches the port may do everything */
export function allowOf(
  model: StorageModel,
  access: StorageAccess | undefined,
  { authorization }: IncomingHttpHeaders,
): Allow {
  if (!access) return () => undefined;
  const [, token] = /^Bearer (.+)$/i.exec(authorization ?? '') ?? [];
  const principal = token === undefined ? { kind: 'anonymous' as const } : access.identify(token);
  if (!principal) throw new ServiceError(STATUS.UNAUTHENTICATED, 'Invalid Credentials', 'authError');
  if (principal === 'owner') return () => undefined;
  return (permission, bucket, object) => {
    // What is there is found first: a bucket that is not is 404 to everybody.
    const bindings = bucket === '' ? [] : model.bindingsOf(bucket);
    if (!isAllowed(bindings, principal, permission)) throw refusal(principal, permission, object);
  };
}

function refusal(principal: Principal, permission: string, object: string | undefined): ServiceError {
  const resource = object ? 'object' : 'bucket';
  const anonymous = principal.kind === 'anonymous';
  return new ServiceError(
    anonymous ? STATUS.UNAUTHENTICATED : STATUS.PERMISSION_DENIED,
    `${titleOf(principal)} does not have ${permission} access to the Google Cloud Storage ${resource}. ` +
      `Permission '${permission}' denied on resource (or it may not exist).`,
    anonymous ? 'loginRequired' : 'forbidden',
  );
}
