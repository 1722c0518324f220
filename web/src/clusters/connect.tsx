/** How to use it: in a browser, with pachctl, with kubectl. The files that open it are made when they are asked for and valid for less than an hour. */
import { distinctName } from '../../../shared/distinct-name.ts';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { ERRORS } from '../../../shared/errors.ts';
import { flawOf } from '../../../shared/flaws.ts';
import { refusalOf } from '../../../shared/standing.ts';
import { must } from '../api/client.ts';
import { remedyFor } from '../api/remedies.ts';
import { useHub } from '../hub.ts';
import { Button } from '../parts/button.tsx';
import { CopyLine } from '../parts/copy.tsx';
import { DownloadIcon, OpenIcon } from '../parts/icons.tsx';
import { Problem } from '../parts/problem.tsx';
import { save } from '../parts/save.ts';
import { useSubmit } from '../parts/use-submit.ts';
import { useMyAccount } from '../session/me.ts';

export function Connect({ cluster }: { cluster: Cluster }) {
  const account = useMyAccount();
  const refusal = account && refusalOf(account, 'use');
  // Neither a file nor the application would let them in.
  if (refusal)
    return (
      <section className="card">
        <h2>Use it</h2>
        <p>
          {ERRORS[refusal].say} {remedyFor(refusal)}
        </p>
      </section>
    );
  return <Ways cluster={cluster} />;
}

function Ways({ cluster }: { cluster: Cluster }) {
  const { id, endpoints } = cluster;
  const name = distinctName(cluster);
  const { console: page, pachd } = endpoints;
  const isFlawed = flawOf(cluster) !== undefined;
  return (
    <section className="card">
      <h2>Use it</h2>
      {isFlawed && <p className="notice">This may not work while something is wrong with the cluster.</p>}
      {page !== undefined && (
        <div className="endpoint">
          <h3>In the browser</h3>
          <a className={isFlawed ? 'button' : 'button primary'} href={page} target="_blank" rel="noreferrer">
            <OpenIcon /> <span>Open the console</span>
          </a>
          <CopyLine text={page} what="the address of the console" />
        </div>
      )}
      {pachd !== undefined && (
        <div className="endpoint">
          <h3>With pachctl</h3>
          <CredentialsButton id={id} kind="pachctl" file={`${name}.pachctl.json`}>
            Download a pachctl context
          </CredentialsButton>
          <CopyLine text={`PACH_CONFIG=${name}.pachctl.json pachctl list repo`} what="the pachctl command" />
          <p className="muted small">
            Bind robots to a project or a repository: what Hub did not bind to the whole cluster it takes
            back. Logs are there only while a worker’s pod is. A pipeline with a <code>service</code> needs{' '}
            <code>"type": "ClusterIP"</code>. Nothing in it is kept when the cluster is deleted.
          </p>
        </div>
      )}
      <div className="endpoint">
        <h3>With kubectl</h3>
        <CredentialsButton id={id} kind="kubeconfig" file={`${name}.kubeconfig`}>
          Download a kubeconfig
        </CredentialsButton>
        <CopyLine text={`kubectl --kubeconfig ${name}.kubeconfig get pods`} what="the kubectl command" />
      </div>
      <p className="muted small">
        {pachd === undefined
          ? 'The file is for you alone and valid for less than an hour. Run the command in the folder that it is in. You can get a new one'
          : 'Both files are for you alone and valid for less than an hour. Run the commands in the folder that they are in. You can get new ones'}{' '}
        at any time, or use{' '}
        <a href="/hub.mjs" download>
          the command hub
        </a>
        , with which kubectl gets them by itself: <code>hub kubeconfig {id}</code>
      </p>
    </section>
  );
}

interface CredentialsProps {
  id: string;
  kind: 'kubeconfig' | 'pachctl';
  file: string;
  children: string;
}

function CredentialsButton({ id, kind, file, children }: CredentialsProps) {
  const { api } = useHub();
  const {
    busy,
    error,
    submit: download,
  } = useSubmit(
    async () => {
      const params = { path: { id }, query: { kind } };
      const text = await must(api.get('/v1/clusters/{id}/credentials', { params, parseAs: 'text' }));
      save(String(text), file);
    },
    { called: children },
  );
  return (
    <>
      <Button icon={<DownloadIcon />} busy={busy} onClick={download}>
        {children}
      </Button>
      {error && <Problem error={error} />}
    </>
  );
}
