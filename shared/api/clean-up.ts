/** The clean-up certificate of a deleted cluster, and the keys to check it with. */
import { z } from 'zod';
import { cleanUpJwk, cleanUpListing, cleanUpResource, cleanUpStatement, flattenedJws } from '../clean-up.ts';

const { version, issuer, cluster, deletedAt, counts } = cleanUpStatement.shape;
export const cleanUpReply = z
  .object({
    version,
    issuer,
    cluster,
    deletedAt,
    resources: z.array(cleanUpResource).describe('All that was ever asked for, in the order of asking.'),
    listing: cleanUpListing
      .optional()
      .describe(
        'Where the clouds’ own lists were asked; absent, as the certificate is, of a cluster that was deleted before Hub signed.',
      ),
    counts,
    certificate: flattenedJws
      .optional()
      .describe(
        'All of the above, signed: a JWS whose payload is the same in JSON. Check it with the keys of `/v1/keys`.',
      ),
  })
  .meta({
    id: 'CleanUp',
    description:
      'All that there ever was of a deleted cluster in the cloud, and the proof that nothing is left.',
  });
export type CleanUpReply = z.infer<typeof cleanUpReply>;

export const keysReply = z
  .object({ keys: z.array(cleanUpJwk).describe('The one that signs today, and every earlier one.') })
  .meta({ id: 'Keys', description: 'https://www.rfc-editor.org/rfc/rfc7517#section-5' });
