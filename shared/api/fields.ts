/**
 * What the HTTP API takes and gives, a file for each resource; shared with the console and the command `hub`, which take the types alone. What
 * a caller may send is a closed list: any other field is refused. What Hub gives may gain fields, so readers ignore those they do not
 * know. Each field is described in the words that the API's description of itself has; here are those that several resources share.
 */
import { z } from 'zod';
import { availability, isolation, role } from '../documents/cluster.ts';
import { ERRORS, type ErrorCode, FAULTS } from '../errors.ts';
import { STATES } from '../lifecycle/table.ts';
import { MAX_LABEL, MAX_PAGE_SIZE, MAX_REASON, MAX_TTL_HOURS, RFC1035_LABEL } from '../limits.ts';

/** ISO 8601 in UTC. */
export const timestamp = z.iso.datetime();
export const errorCode = z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]);
export const state = z.enum(STATES);

/**
 * What is shown as its document has it, which another version of Hub may have written: see `openEnum`. So the documentation lists what there is
 * today, and promises no closed list.
 */
export const openName = (what: string, today: readonly string[] = []) =>
  z.string().meta({
    description: `${what}, or one that only another version of Hub has, which wrote it.`,
    ...(today.length > 0 && { examples: [...today] }),
  });
export const errorReplyCode = openName('A code as in Problem');

// Of requests.

export const clusterName = z
  .string()
  .regex(
    RFC1035_LABEL,
    '1 to 63 lower-case letters, digits and hyphens; starts with a letter, does not end with a hyphen',
  );

/** A word of the catalog. Whether the catalog has it is answered by a code of its own. */
const choice = z.string().min(1).max(MAX_LABEL).optional();
export const shapeFields = {
  product: choice.describe('Id of a product of the catalog.'),
  version: choice.describe('A version of the product, as the catalog has it.'),
  size: choice.describe('Id of a size of the catalog.'),
  region: choice.describe('Id of a region of the catalog.'),
  availability: availability
    .optional()
    .describe('One zone (cheaper, quicker) or all zones of the region, for the control plane and the nodes.'),
};
export const isolationWish = isolation.optional().describe('Only `dedicated`, the default, is offered yet.');
export const lifetimeHours = z.int().min(1).max(MAX_TTL_HOURS);
export const givenRole = role.describe(
  'A viewer can look, an editor can work, and an owner can also share it, hand it over and delete it.',
);

/** An operator reads it as one line: nothing that breaks it, turns it round or cannot be written as UTF-8. */
const oneLine = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]*$/u;
export const reason = z
  .string()
  .trim()
  .min(1)
  .max(MAX_REASON)
  .regex(oneLine, 'It contains control characters.')
  .describe('Why, in one line.');

const DEFAULT_PAGE_SIZE = 50;
export const pageFields = {
  pageSize: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_PAGE_SIZE)
    .default(DEFAULT_PAGE_SIZE)
    .describe('At most so many in this page.'),
  pageToken: z
    .string()
    .optional()
    .describe(
      'The nextPageToken of the page before, of the same list and filter; absent for the first page.',
    ),
};
export const pageQuery = z.strictObject(pageFields);
/** A uid may be any string. */
export const uidFilter = z.string().min(1).max(128).optional();

// Of replies.

export const nextPageToken = z
  .string()
  .optional()
  .describe('Asks for the next page as pageToken; absent on the last page.');

/** What a cluster is, all of it filled in. */
export const specFields = {
  product: z.string().describe('Id of the product in the catalog.'),
  version: z.string().describe('Version of the product.'),
  size: z.string().describe('Id of the size in the catalog.'),
  region: z.string().describe('Id of the region in the catalog.'),
  availability: availability.describe('Whether it is in one zone or in all zones of the region.'),
  isolation: isolation.describe('Whether it is a cluster of its own.'),
};

export const errorFields = {
  message: z.string().describe('What is wrong, in a sentence or two.'),
  remedy: z.string().describe('What can be done about it.'),
  fault: z.enum(FAULTS).describe('Whose move it is; where it is the cloud’s, waiting helps.'),
};
export const errorReply = z
  .object({ code: errorReplyCode, ...errorFields })
  .meta({ id: 'ClusterError', description: 'Why a cluster failed, or waits.' });

export const money = z
  .object({
    amount: z.number().describe('In whole units of the currency, with a fraction.'),
    currency: z.literal('USD').describe('ISO 4217.'),
    about: z.boolean().describe('Whether it is an estimate, at list prices: say “about”.'),
  })
  .meta({
    id: 'Money',
    description: 'An amount of money.',
    examples: [{ amount: 1.25, currency: 'USD', about: true }],
  });
export type Money = z.infer<typeof money>;

/** What an operator did. */
export const said = z.object({
  by: z.string().describe('Uid of the operator; `scheduler` where the same was sent again by its schedule.'),
  reason: z.string().describe('Why, in their words.'),
  at: timestamp.describe('When.'),
});
