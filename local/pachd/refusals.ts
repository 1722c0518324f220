/** What pachd refuses with: its own words and codes. https://github.com/pachyderm/pachyderm/blob/master/src/auth/auth.go */
import { ServiceError, STATUS } from '../service.ts';
import { permissionName } from './roles.ts';

export const notActivated = () => new ServiceError(STATUS.UNIMPLEMENTED, 'the auth service is not activated');
export const alreadyActivated = () =>
  new ServiceError(STATUS.UNIMPLEMENTED, 'the auth service is already activated');
export const notSignedIn = () =>
  new ServiceError(STATUS.UNAUTHENTICATED, 'no authentication token (try logging in)');
export const badToken = () =>
  new ServiceError(
    STATUS.UNAUTHENTICATED,
    'provided auth token is corrupted or has expired (try logging in again)',
  );
export const expiredToken = () => new ServiceError(STATUS.INTERNAL, 'token expiration is in the past');

/** What Go code returns as a plain error has no status of its own. */
export const plain = (message: string) => new ServiceError(STATUS.UNKNOWN, message);

const TYPES = ['RESOURCE_TYPE_UNKNOWN', 'CLUSTER', 'REPO', 'SPEC_REPO', 'PROJECT', 'JOB'];

export interface Resource {
  type: number;
  name: string;
}

export const keyOf = ({ type, name }: Resource): string => `${TYPES[type] ?? type}:${name}`;

export const notAuthorized = (subject: string, permissions: readonly number[], { type, name }: Resource) =>
  new ServiceError(
    STATUS.PERMISSION_DENIED,
    `${subject} is not authorized to perform this operation - needs permissions [${permissions
      .map(permissionName)
      .join(
        ' ',
      )}] on ${TYPES[type] ?? type} ${name}. Run \`pachctl auth roles-for-permission\` to find roles that grant a given permission.`,
  );

export const noRoleBinding = ({ type, name }: Resource) =>
  plain(`no role binding exists for ${TYPES[type] ?? type} ${name}`);
