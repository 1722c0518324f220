/** The log as Cloud Logging reads it: one JSON object a line, `severity` and `message` by those names. */
import pino from 'pino';
import { createLog, type Log, type LogFields } from '../log.ts';

const SEVERITY: Record<string, string> = { info: 'INFO', warn: 'WARNING', error: 'ERROR' };

/** @param base fields of every entry, e.g. the function's name */
export function createCloudLog(base: LogFields): Log {
  const logger = pino({
    base: null,
    messageKey: 'message',
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ severity: SEVERITY[label] ?? 'ERROR' }) },
  });
  return createLog((severity, event, fields) => {
    const method = severity === 'ERROR' ? 'error' : severity === 'WARNING' ? 'warn' : 'info';
    logger[method](fields, event);
  }, base);
}
