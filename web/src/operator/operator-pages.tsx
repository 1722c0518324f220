/** What only operators see: the spares, what needs help, what leaks, who may have how much, and how well Hub does. Loaded for them alone. */
import './operator.css';
import { Link, Redirect, Route, Switch } from 'wouter';
import { lazyPage } from '../parts/lazy.tsx';
import { AuditPage } from './audit-page.tsx';
import { DeadLettersPage } from './dead-letters-page.tsx';
import { Loading } from './live-part.tsx';
import { OrphansPage } from './orphans-page.tsx';
import { PoolsPage } from './pools-page.tsx';
import { QuotasPage } from './quotas-page.tsx';
import { useRecent } from './recent.ts';
import { TroublePage } from './trouble-page.tsx';

const InsightsPage = lazyPage(() => import('./insights-page.tsx'), <Loading what="the page" />);

export default function OperatorPages() {
  // Listened to here, so that going from one page to the next reads nothing twice.
  const recent = useRecent();
  return (
    <Switch>
      <Route path="/operator/pools">
        <PoolsPage recent={recent} />
      </Route>
      <Route path="/operator/trouble">
        <TroublePage />
      </Route>
      <Route path="/operator/dead-letters">
        <DeadLettersPage />
      </Route>
      <Route path="/operator/orphans">
        <OrphansPage />
      </Route>
      <Route path="/operator/quotas">
        <QuotasPage recent={recent} />
      </Route>
      <Route path="/operator/audit">
        <AuditPage />
      </Route>
      <Route path="/operator/insights">
        <InsightsPage recent={recent} />
      </Route>
      <Route path="/operator">
        <Redirect to="/operator/pools" replace />
      </Route>
      <Route>
        <section className="empty">
          <h1>There is no such page</h1>
          <Link className="button primary" href="/operator/trouble">
            What needs help
          </Link>
        </section>
      </Route>
    </Switch>
  );
}
