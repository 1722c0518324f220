/** Who did what, for operators. */

import { type AuditReply, auditPage, listAuditQuery } from '../../shared/api/audit.ts';
import { AUDIT, type AuditEntry, auditDocument } from '../../shared/documents/audit.ts';
import { idOf } from '../../shared/documents/paths.ts';
import { AppError } from '../../shared/errors.ts';
import { readableDocuments } from '../documents.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { listPage } from './paging.ts';

const list = endpoint({
  name: 'GET /v1/admin/audit',
  summary: 'Who did what, newest first: for everything, one cluster, or one user. Kept for 400 days.',
  status: 200,
  reply: auditPage,
  refuses: ['INVALID_PAGE_TOKEN'],
  query: listAuditQuery,
  async handle(call) {
    const { cluster, actor } = call.query;
    if (cluster !== undefined && actor !== undefined) {
      const message = 'Ask for one cluster or for one user, not for both.';
      throw new AppError('INVALID_ARGUMENT', undefined, { errors: [{ field: 'actor', message }] });
    }
    const { page, ...next } = await listPage(call, {
      collection: AUDIT,
      where: [
        ...(cluster === undefined ? [] : [['cluster', '==', cluster] as const]),
        ...(actor === undefined ? [] : [['actor', '==', actor] as const]),
      ],
      by: { field: 'at', direction: 'desc', holds: 'instant' },
      filter: JSON.stringify([cluster, actor]),
    });
    const readable = readableDocuments(call.ports, page, auditDocument);
    return {
      body: { entries: readable.map(({ path, data }) => toReply({ ...data, id: idOf(path) })), ...next },
    };
  },
});

export const AUDIT_ENDPOINTS: readonly Endpoint[] = [list];

const toReply = ({ id, at, actor, action, target, cluster, subject, reason }: AuditEntry): AuditReply => ({
  id,
  at: at.toISOString(),
  actor,
  action,
  target,
  ...(cluster === undefined ? {} : { cluster }),
  ...(subject === undefined ? {} : { subject }),
  ...(reason === undefined ? {} : { reason }),
});
