/** What a call of a port is refused with. */
import { AppError } from '../shared/errors.ts';

/** The code; throws whatever is no AppError, for nothing else may leave a port. */
export const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'no error',
    (error: unknown) => {
      if (error instanceof AppError) return error.code;
      throw error;
    },
  );
