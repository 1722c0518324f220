/** After the end: what there was of it in the cloud, and when Hub saw each of it gone. */
import { useEffect, useState } from 'react';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { isFinal } from '../../../shared/lifecycle/derive.ts';
import { type ApiError, asApiError, must, type Schemas } from '../api/client.ts';
import { useHub } from '../hub.ts';
import { Button } from '../parts/button.tsx';
import { CheckIcon, DownloadIcon } from '../parts/icons.tsx';
import { Problem } from '../parts/problem.tsx';
import { Scroll } from '../parts/scroll.tsx';
import { dayAndTime } from '../time.ts';
import { save } from './connect.tsx';

type CleanUpRecord = Schemas['CleanUp'];

export function CleanUp({ cluster }: { cluster: Cluster }) {
  return isFinal(cluster.state) ? <Proof cluster={cluster} /> : null;
}

function Proof({ cluster: { id, name } }: { cluster: Cluster }) {
  const { api } = useHub();
  const [record, setRecord] = useState<CleanUpRecord>();
  const [error, setError] = useState<ApiError>();
  useEffect(() => {
    must(api.get('/v1/clusters/{id}/cleanup', { params: { path: { id } } })).then(setRecord, (thrown) =>
      setError(asApiError(thrown)),
    );
  }, [api, id]);
  return (
    <section className="card">
      <h2>Nothing is left</h2>
      {error && <Problem error={error} />}
      {record && (
        <>
          <p>
            All {record.resources.length} cloud resources that were ever asked for are gone, seen by Hub one
            by one, after the time in which a late one could still have appeared.
          </p>
          <Scroll label="Cloud resources">
            <table>
              <thead>
                <tr>
                  <th scope="col">What</th>
                  <th scope="col">Name</th>
                  <th scope="col">Where</th>
                  <th scope="col">Seen gone</th>
                </tr>
              </thead>
              <tbody>
                {record.resources.map((resource) => (
                  <tr key={`${resource.kind} ${resource.name} ${resource.location}`}>
                    <td>
                      <CheckIcon /> {resource.kind}
                    </td>
                    <td>
                      <code>{resource.name}</code>
                    </td>
                    <td>{resource.location}</td>
                    <td>{dayAndTime(new Date(resource.goneAt))}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
          <Button
            icon={<DownloadIcon />}
            onClick={() => save(`${JSON.stringify(record, null, 2)}\n`, `${name}.clean-up.json`)}
          >
            Download the record
          </Button>
        </>
      )}
    </section>
  );
}
