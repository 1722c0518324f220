/** After the end: what there was of it in the cloud, when Hub saw each of it gone, and the certificate that says so. */
import { useCallback } from 'react';
import { distinctName } from '../../../shared/distinct-name.ts';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { isFinal } from '../../../shared/lifecycle/derive.ts';
import { must, type Schemas } from '../api/client.ts';
import { useAsked } from '../api/use-asked.ts';
import { useHub } from '../hub.ts';
import { Button } from '../parts/button.tsx';
import { CopyLine } from '../parts/copy.tsx';
import { CheckIcon, DownloadIcon } from '../parts/icons.tsx';
import { Problem } from '../parts/problem.tsx';
import { save } from '../parts/save.ts';
import { Scroll } from '../parts/scroll.tsx';
import { dayAndTime } from '../time.ts';

type CleanUpRecord = Schemas['CleanUp'];

export function CleanUp({ cluster }: { cluster: Cluster }) {
  return isFinal(cluster.state) ? <Proof cluster={cluster} /> : null;
}

function Proof({ cluster }: { cluster: Cluster }) {
  const { id } = cluster;
  const { api } = useHub();
  const ask = useCallback(
    () => must(api.get('/v1/clusters/{id}/cleanup', { params: { path: { id } } })),
    [api, id],
  );
  const { answer: record, error, askAgain } = useAsked(ask);
  return (
    <section className="card">
      <h2>Nothing is left</h2>
      {error && (
        <Problem error={error}>
          <Button onClick={askAgain}>Try again</Button>
        </Problem>
      )}
      {record && (
        <>
          {record.resources.length === 0 ? (
            <p>Hub never asked the cloud for anything, so there was nothing to remove.</p>
          ) : (
            <>
              <p>
                All {record.resources.length} cloud resources that Hub ever asked for are gone. Hub checked
                each of them, after the time in which a late one could still have appeared.
              </p>
              <Resources resources={record.resources} />
            </>
          )}
          {record.listing && <Listing listing={record.listing} />}
          <Download record={record} file={`${distinctName(cluster)}.clean-up.json`} />
        </>
      )}
    </section>
  );
}

const Resources = ({ resources }: Pick<CleanUpRecord, 'resources'>) => (
  <Scroll label="Cloud resources">
    <table>
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">Name</th>
          <th scope="col">Where</th>
          <th scope="col">Checked gone</th>
        </tr>
      </thead>
      <tbody>
        {resources.map((resource) => (
          <tr key={`${resource.kind} ${resource.name} ${resource.location}`}>
            <td className="whole">
              <CheckIcon /> {resource.kind}
            </td>
            <td className="name">
              <code>{resource.name}</code>
            </td>
            <td className="whole">{resource.location}</td>
            <td className="whole">{dayAndTime(new Date(resource.goneAt))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </Scroll>
);

const Listing = ({ listing: { at, scopes } }: Required<Pick<CleanUpRecord, 'listing'>>) => (
  <details className="more">
    <summary>Then Hub asked the cloud itself what it still had of this cluster: nothing</summary>
    <p>At {dayAndTime(new Date(at))} Hub went through these lists, regardless of its own records:</p>
    <dl className="looked">
      {scopes.map((scope) => (
        <div key={scope.kinds.join()}>
          <dt>
            {scope.kinds.join(', ')} <span className="muted small">in {scope.in}</span>
          </dt>
          {scope.by.map((by) => (
            <dd key={by}>{by}</dd>
          ))}
        </div>
      ))}
    </dl>
  </details>
);

function Download({ record, file }: { record: CleanUpRecord; file: string }) {
  const { certificate, issuer } = record;
  const button = (
    <Button icon={<DownloadIcon />} onClick={() => save(`${JSON.stringify(record, null, 2)}\n`, file)}>
      {certificate ? 'Download the certificate' : 'Download the record'}
    </Button>
  );
  if (!certificate)
    return (
      <>
        <p className="muted small">
          This is Hub's record. It is not signed: the cluster was deleted before Hub signed such records.
        </p>
        {button}
      </>
    );
  return (
    <>
      <p>
        The certificate says all this. Hub signed it at the moment of the proof. Keep it: this page is
        available for 30 days; the certificate is valid for as long as you have it and Hub's public keys.
      </p>
      {button}
      <h3>Check it, even without Hub</h3>
      <p className="muted small">
        Save the public keys once. The second line then needs only the two files and a copy of Hub's
        repository. Any other tool for JWS (EdDSA) works, too.
      </p>
      <CopyLine text={`curl ${issuer}/v1/keys > keys.json`} what="the command that saves the keys" />
      <CopyLine text={`npm run verify -- ${file} --keys keys.json`} what="the command that checks it" />
    </>
  );
}
