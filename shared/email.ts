/** E-mail addresses, by which people are invited and applications know them. */
import { z } from 'zod';

/** Nobody can have an address there, and Hub's own is there: https://www.rfc-editor.org/rfc/rfc2606#section-2 */
const NOBODYS = /\.invalid$/;

/**
 * An address in the one spelling in which Hub compares it. It is lower-cased only once it is known to be ASCII: other letters become
 * ASCII by that, and somebody's address would become somebody else's.
 */
export const emailAddress = z
  .string()
  .trim()
  .max(254, 'It is longer than an e-mail address can be.')
  .pipe(z.email('This is not an e-mail address.'))
  .transform((address) => address.toLowerCase())
  .refine((address) => !NOBODYS.test(address), 'No mailbox can exist at this domain.');
