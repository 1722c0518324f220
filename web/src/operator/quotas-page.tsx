/** Who may have how much: the cells, who asks for more, and every account. */
import { useDeferredValue, useState } from 'react';
import { aboutInDollars, exactInDollars, microsOf } from '../../../shared/money.ts';
import { must, type Schemas } from '../api/client.ts';
import { useHub } from '../hub.ts';
import { Button } from '../parts/button.tsx';
import { Confirm } from '../parts/dialog.tsx';
import { Problem } from '../parts/problem.tsx';
import { Scroll } from '../parts/scroll.tsx';
import type { Limits } from '../session/me.ts';
import { dayAndTime, useTitle } from '../time.ts';
import { clustersInWords, requestInWords } from '../words.ts';
import { type Account, emailsOf, MAX_ACCOUNTS, useAccounts, useCells, useDefaults } from './allowances.ts';
import { Doubted, HoldDialog, isHeldForGood, useDoubted } from './doubted.tsx';
import { limitsOf } from './limits.ts';
import { LimitsDialog } from './limits-dialog.tsx';
import { LivePart } from './live-part.tsx';
import { ReasonDialog } from './reason-dialog.tsx';
import { type Recent, valuesOf } from './recent.ts';
import { Taken } from './taken.tsx';

export function QuotasPage({ recent }: { recent: Recent }) {
  useTitle('Quotas');
  const { asking, accounts } = useAccounts();
  const doubted = useDoubted();
  const defaults = useDefaults(accounts);
  const emails = emailsOf(valuesOf(recent));
  const nameOf = ({ id, request }: Account): string => request?.email ?? emails.get(id) ?? id;
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Quotas</h1>
          <p className="muted">
            A cluster counts towards the limits from when it starts until nothing of it is left.
          </p>
        </div>
      </div>
      <div className="stack quotas">
        <LivePart live={asking} what="who asks for more">
          {(waiting) =>
            waiting.length > 0 && <Requests asking={waiting} defaults={defaults} nameOf={nameOf} />
          }
        </LivePart>
        <Doubted live={doubted} nameOf={nameOf} />
        <Cells />
        <LivePart live={accounts} what="the accounts">
          {(all) => <Accounts accounts={all} defaults={defaults} nameOf={nameOf} />}
        </LivePart>
      </div>
    </>
  );
}

interface Props {
  defaults: Partial<Limits>;
  nameOf(account: Account): string;
}

function Requests({ asking, defaults, nameOf }: Props & { asking: readonly Account[] }) {
  return (
    <section className="card" aria-labelledby="asking">
      <h2 id="asking">
        {asking.length === 1 ? 'One user asks for more' : `${asking.length} users ask for more`}
      </h2>
      <ul className="requests">
        {asking.map((account) => (
          <Request
            key={account.id}
            account={account}
            limits={limitsOf(account, defaults)}
            name={nameOf(account)}
          />
        ))}
      </ul>
    </section>
  );
}

interface RequestProps {
  account: Account;
  limits: Partial<Limits>;
  name: string;
}

function Request({ account, limits, name }: RequestProps) {
  const { api } = useHub();
  const [open, setOpen] = useState<'grant' | 'decline'>();
  const { id, request, clusters } = account;
  if (!request) return null;
  const close = (): void => setOpen(undefined);
  return (
    <li>
      <div>
        <p>
          <strong className="trouble-owner">{name}</strong> would like {requestInWords(request)}
          {limits.maxClusters !== undefined && ` instead of ${limits.maxClusters}`}
          {request.maxHourlyMicros !== undefined &&
            limits.maxHourlyMicros !== undefined &&
            ` for ${exactInDollars(limits.maxHourlyMicros)}`}
          {clusters > 0 && `, and has ${clusters}`}.
        </p>
        <blockquote>{request.reason}</blockquote>
        <p className="muted small">Asked on {dayAndTime(request.at)}</p>
      </div>
      <div className="row">
        <Button look="primary" aria-label={`Grant the request of ${name}`} onClick={() => setOpen('grant')}>
          Grant
        </Button>
        <Button aria-label={`Decline the request of ${name}`} onClick={() => setOpen('decline')}>
          Decline
        </Button>
      </div>
      {open === 'grant' && <LimitsDialog uid={id} name={name} now={limits} asked={request} onClose={close} />}
      <Confirm
        title={`Decline the request of ${name}?`}
        action="Decline"
        open={open === 'decline'}
        onClose={close}
        onConfirm={async (tell) => {
          const body = { decline: true, requestAt: request.at.toISOString() } as const;
          await must(api.put('/v1/admin/accounts/{id}', { params: { path: { id } }, body }));
          tell(`The request of ${name} was declined; they can ask again.`);
        }}
      >
        <p>Their limits stay as they are. They can ask again.</p>
      </Confirm>
    </li>
  );
}

function Cells() {
  const { cells, replies, error } = useCells();
  return (
    <section className="card" aria-labelledby="cells">
      <div>
        <h2 id="cells">All together</h2>
        <p className="muted small">
          How much of the project the clusters of all users and the spares may use.
        </p>
      </div>
      {error && <Problem error={error} />}
      <LivePart live={cells} what="the cells">
        {(there) => (
          <ul className="cells">
            {(replies.length > 0 ? replies.map(({ id }) => id) : there.map(({ id }) => id)).map((id) => {
              const counted = there.find((cell) => cell.id === id);
              const reply = replies.find((cell) => cell.id === id);
              const limits = limitsOf(counted ?? {}, {
                ...(reply && {
                  maxClusters: reply.maxClusters,
                  maxHourlyMicros: microsOf(reply.maxHourlyPrice.amount),
                }),
              });
              return (
                <li key={id}>
                  <h3>{id}</h3>
                  <div className="taken-pair">
                    <Taken
                      label="Clusters"
                      of={id}
                      taken={counted?.clusters ?? 0}
                      most={limits.maxClusters}
                    />
                    <Taken
                      label="Dollars per hour"
                      of={id}
                      taken={counted?.hourlyMicros ?? 0}
                      most={limits.maxHourlyMicros}
                      inWords={aboutInDollars}
                      mostInWords={exactInDollars}
                    />
                    <Taken
                      label="In the making"
                      of={id}
                      taken={counted?.making ?? 0}
                      most={reply?.maxMaking}
                    />
                  </div>
                  {reply && <OpenPlaces places={reply.openPlaces} />}
                </li>
              );
            })}
          </ul>
        )}
      </LivePart>
    </section>
  );
}

function OpenPlaces({ places }: { places: Schemas['Cell']['openPlaces'] }) {
  if (places.length === 0) return null;
  return (
    <>
      <p>
        The cloud keeps failing to create clusters here, so new ones are created elsewhere, or wait. Hub
        checks automatically whether it works again.
      </p>
      <ul>
        {places.map(({ location, size, code, nextTryAt, probing }) => (
          <li key={`${location} ${size}`}>
            <strong>
              {location}, {size}
            </strong>
            {code !== undefined && <code className="muted"> {code}</code>}
            <span className="muted">
              {probing ? ': being tried' : `: next try ${dayAndTime(new Date(nextTryAt))}`}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Accounts({ accounts, defaults, nameOf }: Props & { accounts: readonly Account[] }) {
  const [text, setText] = useState('');
  const sought = useDeferredValue(text.trim().toLowerCase());
  const shown = accounts.filter(
    (account) => sought === '' || `${account.id} ${nameOf(account)}`.toLowerCase().includes(sought),
  );
  return (
    <section className="card" aria-labelledby="accounts">
      <div className="pool-head">
        <div>
          <h2 id="accounts">Accounts</h2>
          <p className="muted small">
            Everybody who ever had a cluster or asked for one.
            {defaults.maxClusters !== undefined &&
              defaults.maxHourlyMicros !== undefined &&
              ` Unless you say otherwise, each may have ${clustersInWords(defaults.maxClusters)} and spend ${exactInDollars(defaults.maxHourlyMicros)} per hour.`}
          </p>
        </div>
        {accounts.length > 5 && (
          <input
            type="search"
            className="search"
            aria-label="Search by address or uid"
            placeholder="Search"
            value={text}
            onChange={({ target }) => setText(target.value)}
          />
        )}
      </div>
      {shown.length === 0 ? (
        <p className="muted">There are none.</p>
      ) : (
        <Scroll label="Table of accounts">
          <table className="accounts">
            <thead>
              <tr>
                <th scope="col">Account</th>
                <th scope="col">Clusters</th>
                <th scope="col">Dollars per hour</th>
                <th scope="col">
                  <span className="unseen">To do</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((account) => (
                <AccountRow
                  key={account.id}
                  account={account}
                  limits={limitsOf(account, defaults)}
                  name={nameOf(account)}
                />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {accounts.length >= MAX_ACCOUNTS && (
        <p className="muted">
          These are the {MAX_ACCOUNTS} accounts that have the most; the API lists the others.
        </p>
      )}
    </section>
  );
}

function AccountRow({ account, limits, name }: RequestProps) {
  const [open, setOpen] = useState<'limits' | 'hold' | 'delete'>();
  const { id, clusters, hourlyMicros, maxClusters, maxHourlyMicros, closing, standing } = account;
  const close = (): void => setOpen(undefined);
  return (
    <tr>
      <th scope="row">
        {name}
        {name !== id && <code className="muted">{id}</code>}
        {(maxClusters !== undefined || maxHourlyMicros !== undefined) && (
          <span className="muted small">own limits</span>
        )}
        {closing && <span className="muted small">being deleted since {dayAndTime(closing.since)}</span>}
      </th>
      <td>
        <Taken of={name} label="Clusters" unlabelled taken={clusters} most={limits.maxClusters} />
      </td>
      <td>
        <Taken
          of={name}
          label="Dollars per hour"
          unlabelled
          taken={hourlyMicros}
          most={limits.maxHourlyMicros}
          inWords={aboutInDollars}
          mostInWords={exactInDollars}
        />
      </td>
      <td>
        <div className="row">
          {!closing && (
            <Button aria-label={`Change the limits of ${name}`} onClick={() => setOpen('limits')}>
              Change
            </Button>
          )}
          {!isHeldForGood(standing) && (
            <Button aria-label={`Hold the account of ${name}`} onClick={() => setOpen('hold')}>
              Hold
            </Button>
          )}
          {!closing && (
            <Button aria-label={`Delete the account of ${name}`} onClick={() => setOpen('delete')}>
              Delete
            </Button>
          )}
        </div>
        {open === 'limits' && <LimitsDialog uid={id} name={name} now={limits} onClose={close} />}
        {open === 'hold' && <HoldDialog account={account} name={name} onClose={close} />}
        {open === 'delete' && <DeleteAccountDialog uid={id} name={name} onClose={close} />}
      </td>
    </tr>
  );
}

function DeleteAccountDialog({ uid, name, onClose }: { uid: string; name: string; onClose(): void }) {
  const { api } = useHub();
  return (
    <ReasonDialog
      title="Delete the account"
      description={`The clusters of ${name} are deleted, those with other owners only once these have had time to take them over, with everything that names them and their user. This starts at once and cannot be undone.`}
      label="Why (name nobody)"
      hint="It is stored in the audit log for 400 days, with your name."
      verb="Delete"
      look="danger"
      act={async (reason, tell) => {
        await must(
          api.post('/v1/admin/accounts/{id}:delete', { params: { path: { id: uid } }, body: { reason } }),
        );
        tell(`The account of ${name} is being deleted.`);
      }}
      onClose={onClose}
    />
  );
}
