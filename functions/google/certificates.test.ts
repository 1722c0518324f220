/** What the contract test does not reach: an authority that is not there at all. */
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { listen } from '../../local/http.ts';
import { serveSockets } from '../../local/sockets.ts';
import { createCertificates } from './certificates.ts';
import { systemClock } from './clock.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const certificatesAt = (port: number) =>
  createCertificates({
    directoryUrl: `http://127.0.0.1:${port}/directory`,
    accountKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    clock: systemClock(1),
  });

test('an authority that refuses connections, or breaks them off, is unavailable', async () => {
  const gone = await listen(createServer(), 0);
  await gone.close();
  const rude = await serveSockets(0, {}, (socket) => socket.destroy());
  for (const { port } of [gone, rude]) {
    await expect(certificatesAt(port).begin('abc.hub.example.com')).rejects.toMatchObject({
      code: 'CERTIFICATE_AUTHORITY_UNAVAILABLE',
    });
  }
  await rude.close();
});
