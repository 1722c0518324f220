/** One pool. */
import { type ReactNode, useEffect, useState } from 'react';
import { Link } from 'wouter';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import type { Pause, Pool } from '../../../shared/documents/pool.ts';
import { shapeOf } from '../../../shared/documents/shape.ts';
import { MAX_WANTED } from '../../../shared/limits.ts';
import { aboutInDollars } from '../../../shared/money.ts';
import { must } from '../api/client.ts';
import { ClusterProgress } from '../clusters/cluster-progress.tsx';
import { CostSoFar } from '../clusters/cost.tsx';
import { isMoving } from '../clusters/lifecycle.ts';
import { CENT_MS, useCloudElapsed, useLeft } from '../clusters/reading.ts';
import { StateBadge } from '../clusters/state-badge.tsx';
import { useHub } from '../hub.ts';
import { Button } from '../parts/button.tsx';
import { NumberField } from '../parts/field.tsx';
import { Problem } from '../parts/problem.tsx';
import { useSubmit } from '../parts/use-submit.ts';
import { dayAndTime } from '../time.ts';
import { useShapeInWords } from './shape.ts';
import { hitRateOf, idleCostOf, sortSpares, standingOf } from './spares.ts';

interface Props {
  pool: Pool;
  spares: readonly Cluster[];
  recent: readonly Cluster[];
}

export function PoolCard({ pool, spares, recent }: Props) {
  const inWords = useShapeInWords();
  const count = (standing: string): number =>
    spares.filter(({ state }) => standingOf(state) === standing).length;
  return (
    <section className="card" aria-labelledby={`pool-${pool.id}`}>
      <header className="pool-head">
        <div>
          <h2 id={`pool-${pool.id}`}>{pool.id}</h2>
          <p className="muted small">{inWords(pool.spec)}</p>
        </div>
        <Wanted pool={pool} />
      </header>
      <dl className="figures">
        <Figure label="Wanted">{pool.wanted}</Figure>
        <Figure label="Ready">{count('ready')}</Figure>
        <Figure label="In the making">{count('making')}</Figure>
        <Hits pool={pool} recent={recent} />
        <Idle pool={pool} spares={spares} recent={recent} />
      </dl>
      <Paused pool={pool} />
      <h3>Spares</h3>
      {spares.length === 0 ? (
        <p className="muted">
          There are none{pool.wanted === 0 ? ', and none are wanted' : ' at the moment'}.
        </p>
      ) : (
        <ul className="spares">
          {sortSpares(spares).map((spare) => (
            <Spare key={spare.id} spare={spare} />
          ))}
        </ul>
      )}
      <LastPlan pool={pool} />
    </section>
  );
}

const LOST: Readonly<Partial<Record<Pause['reason'], string>>> = {
  failures: 'Too many of its spares failed within an hour',
  money: 'Its failed spares cost too much within a day',
};

/** What another shape lost does not count. */
function Paused({ pool: { pause, spec } }: { pool: Pool }) {
  if (!pause || pause.shape !== shapeOf(spec)) return null;
  const lost = LOST[pause.reason] ?? 'Too many of its spares were lost';
  return (
    <p role="status" className="notice">
      {lost}, so it is paused until {dayAndTime(pause.untilAt)}. Then Hub creates one to see whether it works,
      and continues automatically if it does.
    </p>
  );
}

function Figure({ label, note, children }: { label: string; note?: ReactNode; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <strong>{children}</strong>
        {note !== undefined && <span className="muted small">{note}</span>}
      </dd>
    </div>
  );
}

function Hits({ pool, recent }: Omit<Props, 'spares'>) {
  const { claimed, of } = hitRateOf(pool.spec, recent);
  if (of === 0)
    return (
      <Figure label="Hit rate" note="nobody has asked for this shape lately">
        –
      </Figure>
    );
  return (
    <Figure label="Hit rate" note={`${claimed} of the last ${of} were spares`}>
      {Math.round((100 * claimed) / of)} %
    </Figure>
  );
}

/** Its meters run, so it alone is drawn anew. */
function Idle({ pool, spares, recent }: Props) {
  const elapsed = useCloudElapsed(CENT_MS);
  const { hourlyMicros, waitingMicros, unclaimedMicros, unclaimed } = idleCostOf(
    pool.id,
    spares,
    recent,
    elapsed,
  );
  const note = [
    waitingMicros > 0 && `${aboutInDollars(waitingMicros)} so far`,
    unclaimed > 0 && `${aboutInDollars(unclaimedMicros)} for ${unclaimed} that nobody took`,
  ].filter(Boolean);
  return (
    <Figure label="Idle cost per hour" {...(note.length > 0 && { note: note.join('; ') })}>
      {hourlyMicros === 0 ? 'nothing' : aboutInDollars(hourlyMicros)}
    </Figure>
  );
}

function Wanted({ pool: { id, spec, wanted } }: { pool: Pool }) {
  const { api } = useHub();
  const [text, setText] = useState(String(wanted));
  // Somebody else may change it too.
  useEffect(() => setText(String(wanted)), [wanted]);
  const { product, version, size, region, availability } = spec;
  const { busy, error, submit } = useSubmit(
    async (tell) => {
      const body = { product, version, size, region, availability, wanted: Number(text) };
      await must(api.put('/v1/pools/{id}', { params: { path: { id } }, body }));
      tell(`${id} now keeps ${text === '1' ? 'one spare' : `${text} spares`}.`);
    },
    { called: `Save what ${id} wants` },
  );
  return (
    <form className="wanted" onSubmit={submit}>
      <NumberField
        label={
          <>
            Spares wanted<span className="unseen"> in {id}</span>
          </>
        }
        min={0}
        max={MAX_WANTED}
        value={text}
        onChange={setText}
      />
      <Button
        type="submit"
        look={text === String(wanted) ? 'plain' : 'primary'}
        busy={busy}
        disabled={text === String(wanted)}
        aria-label={`Save the number of spares of ${id}`}
      >
        Save
      </Button>
      {error && <Problem error={error} />}
    </form>
  );
}

function Spare({ spare }: { spare: Cluster }) {
  const { id, name, state, error } = spare;
  return (
    <li>
      <Link href={`/clusters/${id}`}>{name}</Link>
      <div className="spare-state">
        <StateBadge state={state} />
        {isMoving(state) && <ClusterProgress cluster={spare} />}
        {error && <span className="small">{error.message}</span>}
      </div>
      <span className="muted small">
        {standingOf(state) === 'making' && <Left spare={spare} />}
        <CostSoFar cluster={spare} />
      </span>
    </li>
  );
}

function Left({ spare }: { spare: Cluster }) {
  const left = useLeft(spare);
  return left === undefined ? null : <>{left} · </>;
}

function LastPlan({ pool: { lastPlan } }: { pool: Pool }) {
  if (!lastPlan) return <p className="muted small">There has been nothing to plan for it yet.</p>;
  const { at, warm, inTheMaking, held, actions } = lastPlan;
  return (
    <details className="more">
      <summary>The last plan, {dayAndTime(at)}</summary>
      <p>
        There were {warm} ready and {inTheMaking} in the making.
        {held !== undefined && ` Hub creates fewer than are missing: ${held}.`}
        {actions.length > 0 && ' So Hub decided to'}
      </p>
      <ul className="plan">
        {actions.map(({ action, reason, cluster }) => (
          <li key={`${action} ${cluster}`}>
            {action === 'delete' ? 'remove' : action}{' '}
            <Link href={`/clusters/${cluster}`}>
              <code>{cluster}</code>
            </Link>
            <span className="muted">: {reason}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
