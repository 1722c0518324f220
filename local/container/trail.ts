/** The audit log's way to whoever listens: an entry comes some time after what it tells of, and the last one of an operation may be lost. */
import { type AuditedOperation, auditEntry, type LogEntry } from './audit.ts';
import { auditMs } from './durations.ts';
import type { Project } from './project.ts';
import type { OperationRow } from './state.ts';

export interface Trail {
  tell(operation: OperationRow, edge: 'first' | 'last'): void;
  /** What an earlier process had under way. */
  resume(): void;
}

interface AuditRow {
  atMs: number;
  entry: LogEntry;
}

export function createTrail({ world, hex, at }: Project, onAudit?: (entry: LogEntry) => void): Trail {
  const { clock, faults, projectId, random } = world;
  const audits = world.store.table<AuditRow>('audits');
  const arm = (key: string, row: AuditRow): void =>
    at(row.atMs, () => {
      if (!audits.delete(key)) return;
      onAudit?.({ ...row.entry, receiveTimestamp: new Date(clock.now()).toISOString() });
    });
  return {
    tell(operation, edge) {
      if (!onAudit) return;
      if (edge === 'last' && faults.hit('lost-audit', operation.cluster)) return;
      const { name, type, cluster, location, failure } = operation;
      const audited: AuditedOperation = { name, type, cluster, location, projectId, atMs: clock.now() };
      if (edge === 'last' && failure) audited.status = { code: failure.code, message: failure.message };
      const insertId = hex(12);
      const row = { atMs: clock.after(auditMs(random)), entry: auditEntry(audited, edge, insertId) };
      audits.set(insertId, row);
      arm(insertId, row);
    },
    resume() {
      for (const [key, row] of audits.entries()) arm(key, row);
    },
  };
}
