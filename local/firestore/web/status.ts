/** gRPC's status codes as HTTP and JSON have them: https://cloud.google.com/apis/design/errors#handling_errors */
import { STATUS } from '../../service.ts';

const HTTP_STATUS: Readonly<Record<number, number>> = {
  [STATUS.CANCELLED]: 499,
  [STATUS.INVALID_ARGUMENT]: 400,
  [STATUS.DEADLINE_EXCEEDED]: 504,
  [STATUS.NOT_FOUND]: 404,
  [STATUS.ALREADY_EXISTS]: 409,
  [STATUS.PERMISSION_DENIED]: 403,
  [STATUS.RESOURCE_EXHAUSTED]: 429,
  [STATUS.FAILED_PRECONDITION]: 400,
  [STATUS.ABORTED]: 409,
  [STATUS.OUT_OF_RANGE]: 400,
  [STATUS.UNIMPLEMENTED]: 501,
  [STATUS.UNAVAILABLE]: 503,
  [STATUS.UNAUTHENTICATED]: 401,
};
const NAMES: readonly string[] = Object.keys(STATUS);

interface ErrorJson {
  error: { code: number; message: string; status: string };
}

export const errorJson = ({ code, details }: { code: number; details: string }): ErrorJson => ({
  error: { code: HTTP_STATUS[code] ?? 500, message: details, status: NAMES[code] ?? 'UNKNOWN' },
});
