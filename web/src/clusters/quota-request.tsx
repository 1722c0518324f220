/** Asks the operator for more. The answer comes by itself, with the account: what waits then starts. */
import { useState } from 'react';
import type { RequestedLimits } from '../../../shared/documents/account.ts';
import type { ErrorCode } from '../../../shared/errors.ts';
import { MAX_REASON, MAX_REQUESTED_CLUSTERS, MAX_REQUESTED_HOURLY_DOLLARS } from '../../../shared/limits.ts';
import { dollarsOf, exactInDollars } from '../../../shared/money.ts';
import { must } from '../api/client.ts';
import { useHub } from '../hub.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Field, NumberField } from '../parts/field.tsx';
import { Problem } from '../parts/problem.tsx';
import { useSubmit } from '../parts/use-submit.ts';
import { type Limits, useLimits, useMyAccount } from '../session/me.ts';
import { dayAndTime } from '../time.ts';
import { requestInWords } from '../words.ts';

/** What an operator can grant: whatever else stands in the way, asking for more does not remove it. */
export const isQuota = (code: string): code is ErrorCode =>
  ['ACCOUNT_QUOTA', 'ACCOUNT_BUDGET', 'SIZE_OVER_BUDGET'].includes(code);

/** @param onAsk opens `AskForMore`, which stays where this is gone: what stands in the way may change while somebody types. */
export function QuotaRequest({ onAsk }: { onAsk(): void }) {
  const { request, declined } = useMyAccount() ?? {};
  if (request) return <Asked request={request} />;
  return (
    <>
      {declined && (
        <p className="small" role="status">
          An operator declined your request for {requestInWords(declined)} on {dayAndTime(declined.at)}.
        </p>
      )}
      <Button onClick={onAsk}>{declined ? 'Ask again' : 'Ask for more'}</Button>
    </>
  );
}

function Asked({ request }: { request: RequestedLimits }) {
  const { api } = useHub();
  const {
    busy,
    error,
    submit: withdraw,
  } = useSubmit(
    async (tell) => {
      await must(api.delete('/v1/me/quotaRequest'));
      tell('Your request is withdrawn.');
    },
    { called: 'Take the request back' },
  );
  return (
    <>
      <p className="small">
        You asked an operator for {requestInWords(request)}; they have not answered yet.
      </p>
      <Button busy={busy} onClick={withdraw}>
        Withdraw it
      </Button>
      {error && <Problem error={error} />}
    </>
  );
}

const ASK_TITLE = 'Ask for more';

const presentIn = ({ maxClusters, maxHourlyMicros }: Partial<Limits>): string =>
  maxClusters === undefined || maxHourlyMicros === undefined
    ? ''
    : `You may have ${maxClusters} at once, for ${exactInDollars(maxHourlyMicros)} per hour. `;

/** @param code what they would have been refused for */
export function AskForMore({ code, onClose }: { code: ErrorCode; onClose(): void }) {
  const { api } = useHub();
  const now = useLimits();
  const has = now.maxHourlyMicros === undefined ? '' : String(dollarsOf(now.maxHourlyMicros));
  const [maxClusters, setMaxClusters] = useState(
    now.maxClusters === undefined ? '' : String(now.maxClusters + (code === 'ACCOUNT_QUOTA' ? 1 : 0)),
  );
  const [hourly, setHourly] = useState(has);
  const [reason, setReason] = useState('');
  const { busy, error, submit } = useSubmit(
    async (tell) => {
      const body = {
        ...(maxClusters !== String(now.maxClusters) && { maxClusters: Number(maxClusters) }),
        ...(hourly !== has && { maxHourlyDollars: Number(hourly) }),
        reason,
      };
      await must(api.put('/v1/me/quotaRequest', { body }));
      tell('Your request was sent to the operators.');
      onClose();
    },
    { called: ASK_TITLE },
  );
  return (
    <Dialog
      title={ASK_TITLE}
      description={`${presentIn(now)}An operator sees what you ask for and why.`}
      open
      onClose={onClose}
    >
      <form onSubmit={submit}>
        <NumberField
          label="Clusters at once"
          min={1}
          max={Math.max(MAX_REQUESTED_CLUSTERS, now.maxClusters ?? 0)}
          value={maxClusters}
          onChange={setMaxClusters}
        />
        <NumberField
          label="Dollars per hour, for all of them"
          hint="At list prices, as Hub counts them."
          decimal
          min={0.01}
          max={Math.max(MAX_REQUESTED_HOURLY_DOLLARS, Number(has))}
          required={has !== ''}
          value={hourly}
          onChange={setHourly}
        />
        <Field label="What for">
          {(id) => (
            <input
              id={id}
              required
              maxLength={MAX_REASON}
              value={reason}
              onChange={({ target }) => setReason(target.value)}
            />
          )}
        </Field>
        {error && <Problem error={error} />}
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={busy}>
            Ask
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
