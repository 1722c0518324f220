/** How the API says that a request did not succeed. */
import { z } from 'zod';
import { errorCode } from './fields.ts';

export const problem = z
  .object({
    type: z.string().describe('URI of the kind of problem: `urn:hub:problem:` and the code.'),
    title: z.string().describe('What is wrong: the same sentence whenever the code is the same.'),
    status: z.int().describe('The HTTP status.'),
    detail: z
      .string()
      .optional()
      .describe('More about this occurrence; absent where there is no more to say, and with 401 and 5xx.'),
    instance: z
      .string()
      .describe('Id of the request, as in X-Request-Id, by which an operator finds it in the log.'),
    code: errorCode.describe('What is wrong, for programs.'),
    remedy: z.string().describe('What the caller can do about it.'),
    errors: z
      .array(
        z.object({
          field: z.string().describe('Path of the field, its first 64 characters.'),
          message: z.string().describe('What is wrong with it.'),
        }),
      )
      .optional()
      .describe('The first 20 fields that are wrong; absent where it is not about fields.'),
  })
  .meta({
    id: 'Problem',
    description: 'https://www.rfc-editor.org/rfc/rfc9457',
    examples: [
      {
        type: 'urn:hub:problem:INVALID_ARGUMENT',
        title: 'A field of the request is not valid.',
        status: 400,
        instance: 'mz3x7q2vkd4w6yta',
        code: 'INVALID_ARGUMENT',
        remedy: 'Correct the fields named in "errors".',
        errors: [{ field: 'siez', message: 'There is no such field.' }],
      },
    ],
  });
export type Problem = z.infer<typeof problem>;
