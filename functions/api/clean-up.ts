/** After the end of a cluster: everything that was ever asked for of the cloud, and when Hub saw each of it gone. */
import { cleanUpReply } from '../../shared/api.ts';
import { type Ledger, ledgerDocument, ledgerPath } from '../../shared/documents/ledger.ts';
import { AppError } from '../../shared/errors.ts';
import { isFinal } from '../../shared/lifecycle/derive.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { findCluster } from './find-cluster.ts';

const get = endpoint({
  name: 'GET /v1/clusters/{id}/cleanup',
  summary:
    'The record of a deleted cluster: what there was of it in the cloud, and when each of it was seen gone.',
  status: 200,
  reply: cleanUpReply,
  refuses: ['NOT_ACCEPTED_IN_STATE'],
  async handle(call) {
    const { cluster } = await findCluster(call);
    if (!isFinal(cluster.state))
      throw new AppError(
        'NOT_ACCEPTED_IN_STATE',
        `It is "${cluster.state}"; the record is there once it is deleted.`,
      );
    const snapshot = await call.ports.documents.get(ledgerPath(cluster.id));
    const entries: Ledger['entries'] = snapshot ? ledgerDocument.parse(snapshot.data).entries : {};
    const resources = Object.values(entries).map(({ kind, name, location, plannedAt, goneAt }) => {
      // No cluster becomes `deleted` before all of it is proven gone.
      if (!goneAt) throw new Error(`${kind} ${name} of the deleted cluster ${cluster.id} was not seen gone`);
      return { kind, name, location, plannedAt: plannedAt.toISOString(), goneAt: goneAt.toISOString() };
    });
    resources.sort((a, b) => (a.plannedAt + a.name < b.plannedAt + b.name ? -1 : 1));
    return {
      body: { cluster: cluster.id, name: cluster.name, deletedAt: cluster.since.toISOString(), resources },
    };
  },
});

export const CLEAN_UP_ENDPOINTS: readonly Endpoint[] = [get];
