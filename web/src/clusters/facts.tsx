/** What it is: what was asked for, what it costs, what holds of it. */
import type { ReactNode } from 'react';
import { ZONES } from '../../../shared/catalog/zones.ts';
import type { Cluster, Role } from '../../../shared/documents/cluster.ts';
import { Copy } from '../parts/copy.tsx';
import { CheckIcon, WarningIcon } from '../parts/icons.tsx';
import { dayAndTime } from '../time.ts';
import { AVAILABILITY, capital, useCatalog } from './catalog.ts';
import { CostSoFar } from './cost.tsx';
import { Extend } from './extend.tsx';
import { isEnding, mayAsk } from './lifecycle.ts';

export function Facts({ cluster, role }: { cluster: Cluster; role: Role | 'operator' | undefined }) {
  const { id, state, spec, createdAt, readyAt, expiresAt, location, conditions, owner, emails } = cluster;
  const { regionLabel, productLabel, sizeOf } = useCatalog();
  const size = sizeOf(spec.size);
  return (
    <aside className="card facts">
      <h2>About it</h2>
      <dl>
        <Fact label="Application">
          {productLabel(spec.product)} {spec.version}
        </Fact>
        <Fact label="Size">
          {spec.size}
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
        <Fact label="Lifetime">
          {expiresAt
            ? `Deleted automatically on ${dayAndTime(expiresAt)}`
            : spec.ttlHours === undefined
              ? 'Until it is deleted'
              : `${spec.ttlHours} h from when it becomes ready`}
          {mayAsk(cluster, 'extend', role) && (
            <div className="row">
              <Extend cluster={cluster} />
            </div>
          )}
        </Fact>
        {owner !== undefined && emails?.[owner] && <Fact label="Account">{emails[owner]}</Fact>}
        <Fact label="Asked for">{dayAndTime(createdAt)}</Fact>
        {readyAt && <Fact label="Ready since">{dayAndTime(readyAt)}</Fact>}
        <Fact label="Id">
          <code>{id}</code> <Copy text={id} what="the id" />
        </Fact>
      </dl>
      {conditions.length > 0 && !isEnding(state) && (
        <>
          <h3>Conditions</h3>
          <ul className="conditions">
            {conditions.map(({ type, status, message, since }) => (
              <li key={type} className={status ? 'good-text' : 'bad-text'}>
                {status ? <CheckIcon /> : <WarningIcon />}
                <span>
                  {message}
                  <span className="muted small">since {dayAndTime(since)}</span>
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </aside>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
