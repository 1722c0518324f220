/** Tokens of people and of functions: which is taken where. The long list of forgeries is in test/contract/tokens.test.ts. */
import { SignJWT, UnsecuredJWT } from 'jose';
import { createTokenVerifier } from '../../../functions/google/tokens.ts';
import { aWorld } from '../../../local/a-world.ts';
import { storedSigningKey } from '../../../local/auth/keys.ts';
import { serveAuth } from '../../../local/auth/server.ts';
import { createServiceTokens } from '../../../local/auth/service-tokens.ts';
import { realClock } from '../../../local/clock.ts';
import { memoryStore } from '../../../local/store.ts';
import { findings } from './findings.ts';

const PROJECT = 'hub-test';

/** 7, 8: what is no ID token of this project, of somebody who is still signed in, is refused; that of a function among it. */
export async function forgeries(): Promise<string[]> {
  const wrong = findings();
  const world = aWorld({ projectId: PROJECT, clock: realClock() });
  const face = await serveAuth(world, { http: 0, tls: 0 });
  try {
    const verifier = createTokenVerifier({
      projectId: PROJECT,
      clock: world.clock,
      local: { authTls: `127.0.0.1:${face.tlsPort}`, ca: face.ca },
    });
    const key = await storedSigningKey(world.store, 'id-token', 'unused');
    const foreign = await storedSigningKey(memoryStore(), 'id-token', 'foreign');
    const nowS = Math.floor(Date.now() / 1000);
    const claims = (changes: object = {}) => ({
      iss: `https://securetoken.google.com/${PROJECT}`,
      aud: PROJECT,
      sub: 'ada',
      user_id: 'ada',
      auth_time: nowS,
      iat: nowS,
      exp: nowS + 3600,
      email: 'ada@example.com',
      ...changes,
    });
    const sign = (changes?: object, by = key) =>
      new SignJWT(claims(changes)).setProtectedHeader({ alg: 'RS256', kid: key.kid }).sign(by.privateKey);
    const services = createServiceTokens(world);
    const forged: Record<string, string> = {
      'no signature': new UnsecuredJWT(claims()).encode(),
      'the certificate as a shared secret': await new SignJWT(claims())
        .setProtectedHeader({ alg: 'HS256', kid: key.kid })
        .sign(Buffer.from(key.certificate)),
      'a foreign key': await sign({}, foreign),
      'another audience': await sign({ aud: 'other' }),
      'another issuer': await sign({ iss: 'https://securetoken.google.com/other' }),
      'a time that is over': await sign({ exp: nowS - 10 }),
      'a time to come': await sign({ iat: nowS + 600, auth_time: nowS + 600 }),
      'a sign-in to come': await sign({ auth_time: nowS + 600 }),
      'a function’s identity': await services.mint('push@hub-test.iam.gserviceaccount.com', PROJECT),
    };
    const verdict = (token: string) => verifier.verify(token).catch(() => undefined);
    for (const [what, token] of Object.entries(forged))
      if (await verdict(token)) wrong.push(`a token with ${what} is taken`);
    if ((await verdict(await sign()))?.uid !== 'ada') wrong.push('a good token is refused');
    if ((await verdict(await sign({ operator: 'true' })))?.operator) wrong.push('a word makes an operator');
    const user = face.model.findUser('ada');
    const token = user ? (await face.model.signIn(user, 'password')).idToken : '';
    if (user) user.validSinceS = nowS + 60;
    if (await verdict(token)) wrong.push('a sign-in that was revoked is good');
  } finally {
    await face.close();
  }
  return wrong;
}

/** 8, 9, 10: a function is called by whom it is meant to be called by, with a token for it alone; no person’s token does. */
export async function services(): Promise<string[]> {
  const wrong = findings();
  const world = aWorld({ projectId: PROJECT, clock: realClock() });
  const tokens = createServiceTokens(world);
  const foreign = createServiceTokens(aWorld({ projectId: PROJECT, clock: realClock() }));
  const face = await serveAuth(world, { http: 0, tls: 0 });
  try {
    const user = face.model.findUser('ada');
    const email = 'push@hub-test.iam.gserviceaccount.com';
    const audience = 'https://step-provision';
    const refused = (token: string) =>
      tokens.verify(token, audience).then(
        () => false,
        () => true,
      );
    if (await refused(await tokens.mint(email, audience))) wrong.push('a good token is refused');
    if (!(await refused(await tokens.mint(email, 'https://step-install'))))
      wrong.push('a token for another function is taken');
    if (!(await refused(await foreign.mint(email, audience))))
      wrong.push('a token of somebody else is taken');
    if (!(await refused(user ? (await face.model.signIn(user, 'password')).idToken : '')))
      wrong.push('a person’s token is taken');
    const unsigned = new UnsecuredJWT({
      iss: 'https://accounts.google.com',
      aud: audience,
      email,
      email_verified: true,
    });
    if (!(await refused(unsigned.encode()))) wrong.push('a token that nobody signed is taken');
  } finally {
    await face.close();
  }
  return wrong;
}
