/** The log as Cloud Logging reads it: one JSON object a line, `severity` and `message` by those names. */
import pino from 'pino';
import { createLog, type Log, type LogFields } from '../log.ts';

const SEVERITY: Record<string, string> = { info: 'INFO', warn: 'WARNING', error: 'ERROR' };

/** @param base fields of every entry, e.g. the function's name */
export function createCloudLog(base: LogFields, projectId: string): Log {
  const logger = pino({
    base: null,
    messageKey: 'message',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ severity: SEVERITY[label] ?? 'ERROR' }) },
  });
  return createLog((severity, event, fields) => {
    const method = severity === 'ERROR' ? 'error' : severity === 'WARNING' ? 'warn' : 'info';
    logger[method](entryOf(fields, projectId), event);
  }, base);
}

/** A trace by the names under which Cloud Logging shows entries with their request: https://cloud.google.com/logging/docs/structured-logging */
export function entryOf({ trace, span, ...fields }: LogFields, projectId: string): object {
  return {
    ...fields,
    ...(trace !== undefined && { 'logging.googleapis.com/trace': `projects/${projectId}/traces/${trace}` }),
    ...(span !== undefined && { 'logging.googleapis.com/spanId': span }),
  };
}
