/** What went wrong, and what to do about it. */
import type { ReactNode } from 'react';
import type { ApiError } from '../api/client.ts';
import { ClockIcon, WarningIcon } from './icons.tsx';

interface Props {
  /** A document may hold a code that only another version of Hub has. */
  error: Pick<ApiError, 'message' | 'remedy'> &
    Partial<Pick<ApiError, 'fields' | 'requestId'>> & { code?: string };
  /** Nothing went wrong: it has to wait for something. */
  waits?: boolean;
  /** What does it, where something does. */
  children?: ReactNode;
}

export function Problem({ error, waits = false, children }: Props) {
  return (
    <div className={`problem ${waits ? 'waiting' : ''}`} role="alert">
      {waits ? <ClockIcon /> : <WarningIcon />}
      <div>
        <p>
          <strong>{error.message}</strong>
        </p>
        {error.fields?.map(({ field, message }) => (
          <p key={`${field} ${message}`}>
            <code>{field}</code>: {message}
          </p>
        ))}
        <p>{error.remedy}</p>
        {error.code === 'BUG' && error.requestId && <p className="muted">Request {error.requestId}</p>}
        {children && <div className="row">{children}</div>}
      </div>
    </div>
  );
}
