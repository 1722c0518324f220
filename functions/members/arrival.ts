/** What becomes of whoever comes to a cluster by way of the OpenID provider. */
import type { Arrival } from '../oidc/app.ts';
import { requireKnownAddress } from './address.ts';
import { acceptInvitations } from './invitations.ts';

export const arrival: Arrival = { acceptInvitations, requireKnownAddress };
