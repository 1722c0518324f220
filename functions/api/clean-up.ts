/**
 * After the end of a cluster: everything that was ever asked for of the cloud, when Hub saw each of it gone, and the certificate that
 * says so. It was signed when it was proven; here it is only handed out.
 */

import { type CleanUpReply, cleanUpReply } from '../../shared/api/clean-up.ts';
import { CLEAN_UP_VERSION, type CleanUpStatement, type FlattenedJws } from '../../shared/clean-up.ts';
import type { Cluster } from '../../shared/documents/cluster.ts';
import { type Ledger, ledgerDocument, ledgerPath } from '../../shared/documents/ledger.ts';
import { AppError } from '../../shared/errors.ts';
import { isFinal } from '../../shared/lifecycle/derive.ts';
import { addressOf, countsOf, resourcesOf } from '../clean-up/proof.ts';
import { readDocument } from '../documents.ts';
import type { Settings } from '../ports.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { requireCluster } from './require-cluster.ts';

const get = endpoint({
  name: 'GET /v1/clusters/{id}/cleanup',
  summary:
    'The clean-up certificate of a deleted cluster: what there was of it in the cloud, when each was seen gone, and that nothing is left.',
  status: 200,
  reply: cleanUpReply,
  sends: ['Content-Disposition'],
  refuses: ['NOT_ACCEPTED_IN_STATE'],
  async handle(call) {
    const { cluster } = await requireCluster(call);
    if (!isFinal(cluster.state))
      throw new AppError(
        'NOT_ACCEPTED_IN_STATE',
        `It is "${cluster.state}"; the certificate is there once it is deleted.`,
      );
    const { documents, settings } = call.ports;
    const ledger = (await readDocument(documents, ledgerPath(cluster.id), ledgerDocument))?.data;
    return {
      body: ledger?.certificate
        ? signedReply(ledger.certificate)
        : unsignedReply(cluster, ledger?.entries ?? {}, settings),
      headers: { 'content-disposition': `attachment; filename="hub-${cluster.id}.clean-up.json"` },
    };
  },
});

export const CLEAN_UP_ENDPOINTS: readonly Endpoint[] = [get];

/** What can be read beside the signature is what was signed, not what the ledger says by now. */
const signedReply = (certificate: FlattenedJws): CleanUpReply => ({
  ...(JSON.parse(Buffer.from(certificate.payload, 'base64url').toString('utf8')) as CleanUpStatement),
  certificate,
});

/** Deleted before Hub signed: nobody kept where it had looked, so there is nothing to sign that would be more than the ledger's word. */
function unsignedReply({ id, since }: Cluster, entries: Ledger['entries'], settings: Settings): CleanUpReply {
  const resources = resourcesOf(id, entries);
  return {
    version: CLEAN_UP_VERSION,
    issuer: addressOf(settings),
    cluster: id,
    deletedAt: since.toISOString(),
    resources,
    counts: countsOf(resources),
  };
}
