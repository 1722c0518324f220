/** What it is: what was asked for, what it costs, what holds of it. */
import { ZONES } from '../../../shared/catalog/zones.ts';
import type { Cluster, Role } from '../../../shared/documents/cluster.ts';
import { flawsOf } from '../../../shared/flaws.ts';
import { isFinal } from '../../../shared/lifecycle/derive.ts';
import { leftInWords } from '../duration.ts';
import { useHub } from '../hub.ts';
import { Copy } from '../parts/copy.tsx';
import { Fact } from '../parts/facts.tsx';
import { CheckIcon, ClockIcon, WarningIcon } from '../parts/icons.tsx';
import { useMyAccount } from '../session/me.ts';
import { dayAndTime, useNow } from '../time.ts';
import { capital } from '../words.ts';
import { AVAILABILITY, useCatalog } from './catalog.ts';
import { CostSoFar } from './cost.tsx';
import { Extend } from './extend.tsx';
import { isEnding, mayAsk } from './lifecycle.ts';

/** Of cloud time: what is left of a lifetime is told in minutes at most. */
const MINUTE_MS = 60_000;

export function Facts({ cluster, role }: { cluster: Cluster; role: Role | 'operator' | undefined }) {
  const { id, state, spec, createdAt, readyAt, since, location, conditions, owner, emails } = cluster;
  const { regionLabel, productLabel, sizeOf } = useCatalog();
  const account = useMyAccount();
  const size = sizeOf(spec.size);
  return (
    <aside className="card facts">
      <h2>About it</h2>
      <dl>
        <Fact label="Application">
          {productLabel(spec.product)} {spec.version}
        </Fact>
        <Fact label="Size">
          {capital(spec.size)}
          {size && (
            <span className="muted small">
              {size.nodes * ZONES[spec.availability]} × {size.machineType}, {size.diskGiB} GiB of disk each
            </span>
          )}
        </Fact>
        <Fact label="Region">
          {regionLabel(spec.region)} <span className="muted small">{location ?? spec.region}</span>
        </Fact>
        <Fact label="Availability">{capital(AVAILABILITY[spec.availability])}</Fact>
        {cluster.cost && (
          <Fact label="Cost">
            <CostSoFar cluster={cluster} />
          </Fact>
        )}
        {!isEnding(state) && (
          <Fact label="Lifetime">
            <Lifetime cluster={cluster} />
            {mayAsk(cluster, 'extend', role, account) && (
              <div className="row">
                <Extend cluster={cluster} />
              </div>
            )}
          </Fact>
        )}
        {owner !== undefined && emails?.[owner] && <Fact label="Account">{emails[owner]}</Fact>}
        <Fact label="Created">{dayAndTime(createdAt)}</Fact>
        {readyAt && (
          <Fact label={isEnding(state) ? 'First ready' : 'Ready since'}>{dayAndTime(readyAt)}</Fact>
        )}
        {isFinal(state) && <Fact label="Deleted">{dayAndTime(since)}</Fact>}
        <Fact label="Id">
          <span className="id">
            <code>{id}</code> <Copy text={id} what="the id" />
          </span>
        </Fact>
      </dl>
      {conditions.length > 0 && !isEnding(state) && <Conditions conditions={conditions} />}
    </aside>
  );
}

function Lifetime({ cluster: { expiresAt, spec } }: { cluster: Cluster }) {
  const speed = useHub().config.hub?.cloudSpeed ?? 1;
  const now = useNow(MINUTE_MS / speed);
  if (!expiresAt)
    return spec.ttlHours === undefined
      ? 'Until it is deleted'
      : `${spec.ttlHours} h from when it becomes ready`;
  return (
    <>
      Deleted automatically on {dayAndTime(expiresAt)}
      <span className="muted small">in {leftInWords((expiresAt.getTime() - now) * speed)}</span>
    </>
  );
}

/** What does not hold comes first, in the open; what holds is one line, and each of it behind that. */
function Conditions({ conditions }: Pick<Cluster, 'conditions'>) {
  const [good, bad] = [conditions.filter(({ status }) => status), conditions.filter(({ status }) => !status)];
  return (
    <>
      <h3>Conditions</h3>
      {bad.length > 0 && <ConditionList conditions={bad} />}
      {good.length > 0 && (
        <details className="more">
          <summary>
            {bad.length > 0
              ? `${good.length} of ${conditions.length} checks are good`
              : 'All checks are good'}
          </summary>
          <ConditionList conditions={good} />
        </details>
      )}
    </>
  );
}

function ConditionList({ conditions }: Pick<Cluster, 'conditions'>) {
  const flaws = new Set(flawsOf({ conditions }).map(({ type }) => type));
  return (
    <ul className="conditions">
      {conditions.map(({ type, status, message, since }) => {
        const look = LOOKS[status ? 'good' : flaws.has(type) ? 'flaw' : 'due'];
        return (
          <li key={type} className={look.className}>
            <look.Icon />
            <span>
              {message}
              {look === LOOKS.due && ' Hub sees to it by itself.'}
              <span className="muted small">since {dayAndTime(since)}</span>
            </span>
          </li>
        );
      })}
    </ul>
  );
}

const LOOKS = {
  good: { className: 'good-text', Icon: CheckIcon },
  flaw: { className: 'bad-text', Icon: WarningIcon },
  /** It keeps nobody from using the cluster. */
  due: { className: 'muted', Icon: ClockIcon },
} as const;
