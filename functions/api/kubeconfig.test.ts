import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { kubeconfig } from './kubeconfig.ts';

const input = { clusterId: 'a'.repeat(16), namespace: 'pachyderm', token: 'a.b.c' };

test('the CA is there where the public roots do not do', () => {
  const ca = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
  const server = 'https://127.0.0.1:4014';
  const config = load(kubeconfig({ ...input, name: 'mine', connection: { server, ca } }));
  expect(config).toMatchObject({
    clusters: [
      { cluster: { server, 'certificate-authority-data': Buffer.from(ca, 'utf8').toString('base64') } },
    ],
    'current-context': 'mine',
  });
  const trusting = load(kubeconfig({ ...input, name: 'mine', connection: { server } }));
  expect(JSON.stringify(trusting)).not.toContain('certificate-authority');
});

test.each(['on', 'null', '1e3', '"', "a: b #c'", '- x\n  y: z'])('the name %j stays a text', (name) => {
  const config = load(kubeconfig({ ...input, name, connection: { server: 'https://x' } }));
  expect(config).toMatchObject({ 'current-context': name, contexts: [{ name }] });
});
