/** A member's own way into a cluster. */
import { z } from 'zod';

const CREDENTIAL_KINDS = ['kubeconfig', 'pachctl'] as const;
export const credentialsQuery = z.strictObject({
  kind: z.enum(CREDENTIAL_KINDS).describe('The program that it is for: kubectl, or pachctl.'),
});
export type CredentialsQuery = z.infer<typeof credentialsQuery>;

/** https://github.com/pachyderm/pachyderm/blob/master/src/internal/config/config.proto */
export const pachctlConfigReply = z
  .object({
    v2: z
      .object({
        active_context: z.string().describe('Name of the one context.'),
        contexts: z
          .record(z.string(), z.record(z.string(), z.string()))
          .describe(
            'By name: the address of the cluster and a token, a secret that is good for less than an hour.',
          ),
        metrics: z.boolean().describe('False: pachctl tells nobody how it is used.'),
      })
      .describe('The second version of the format.'),
  })
  .meta({ id: 'PachctlConfig', description: 'What pachctl reads.' });

export const kubeconfigReply = z.string().meta({ id: 'Kubeconfig', description: 'What kubectl reads.' });
