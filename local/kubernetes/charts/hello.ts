/** A second, tiny product: one web server and its Service. */
import type { Chart } from './index.ts';
import { deployment, service } from './parts.ts';

export const hello: Chart = {
  name: 'hello',
  versions: ['1.0.0', '1.1.0'],
  render({ release, namespace, version, values }) {
    const base = { namespace, labels: { suite: release } };
    return [
      service(base, release, [['http', 80, 8080]], {
        type: values.service?.type ?? 'ClusterIP',
        annotations: values.service?.annotations,
      }),
      deployment(
        base,
        release,
        {
          image: `${values.image?.repository ?? 'hello-app'}:${values.image?.tag ?? version}`,
          ports: [['http', 8080]],
          env: { MESSAGE: values.message ?? 'Hello' },
          restricted: true,
        },
        values.replicas ?? 1,
      ),
    ];
  },
};
