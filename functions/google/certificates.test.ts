/** What the contract test does not reach: an authority that is not there at all, and time that passes. */
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { aWorld } from '../../local/a-world.ts';
import { createAcmeModel } from '../../local/acme/model.ts';
import { serveAcme } from '../../local/acme/server.ts';
import { virtualClock } from '../../local/clock.ts';
import { listen } from '../../local/http.ts';
import { serveSockets } from '../../local/sockets.ts';
import { days } from '../../shared/units.ts';
import { createCertificates } from './certificates.ts';
import { systemClock } from './clock.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const accountKey = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const certificatesAt = (port: number) =>
  createCertificates({
    directoryUrl: `http://127.0.0.1:${port}/directory`,
    accountKey,
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

/** Its binding is good for seven days; the account it made, for ever: https://cloud.google.com/certificate-manager/docs/public-ca-tutorial */
test('an account is used long after the binding that made it has ended', async () => {
  const clock = virtualClock({ startMs: Date.now() });
  const world = aWorld({ clock });
  const model = createAcmeModel(world, { lookup: { txt: async () => [], caa: async () => [] } });
  const face = await serveAcme(world, 0, model);
  onTestFinished(() => face.close());
  const externalAccount = model.createExternalKey();
  const certificatesOf = (key: string) =>
    createCertificates({
      directoryUrl: face.directoryUrl,
      accountKey: key,
      externalAccount,
      clock: systemClock(1),
    });
  await certificatesOf(accountKey).begin('abc.hub.example.com');
  await clock.runFor(days(8));
  await expect(certificatesOf(accountKey).begin('def.hub.example.com')).resolves.toMatchObject({
    record: { name: '_acme-challenge.def.hub.example.com' },
  });
  const late = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  await expect(
    certificatesOf(late.export({ type: 'pkcs8', format: 'pem' }).toString()).begin('ghi.hub.example.com'),
  ).rejects.toMatchObject({ code: 'CERTIFICATE_REFUSED' });
});
