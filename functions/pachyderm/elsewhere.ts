/** Why a Pachyderm refuses Hub, where the reason is in it: somebody has told it from inside to sign people in elsewhere. */
import { AppError } from '../../shared/errors.ts';

const ELSEWHERE = 'its sign-in leads elsewhere: ';

export const elsewhere = (what: string): AppError => new AppError('PRODUCT_REFUSED', `${ELSEWHERE}${what}`);

/** Of the detail of an error. */
export const isElsewhere = (detail: string | undefined): boolean => detail?.startsWith(ELSEWHERE) === true;
