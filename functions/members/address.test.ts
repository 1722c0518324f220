import { describe, expect, test } from 'vitest';
import { runHub } from '../../test/running-hub.ts';
import { createApi } from '../api/app.ts';
import { CREDENTIALS_ENDPOINTS } from '../api/credentials.ts';
import { principalOf } from '../pachyderm/members.ts';

/** Ada, whose address is another one from now on. */
async function setting(email = 'ada@elsewhere.example', emailVerified = true) {
  const it = runHub();
  const id = await it.created();
  const token = it.tokens.issue({ uid: 'ada', email, emailVerified, operator: false });
  const ask = async () => {
    const app = createApi(it.ports, CREDENTIALS_ENDPOINTS);
    const path = `/v1/clusters/${id}/credentials?kind=pachctl`;
    const answer = app.request(path, { headers: { authorization: `Bearer ${token}` } });
    return (await it.run(Promise.resolve(answer))).status;
  };
  return { it, id, ask };
}

describe('a member whose verified address is another one by now', () => {
  test('is made known by it, and is let in once the application has heard of it', async () => {
    const { it, id, ask } = await setting();
    expect(await ask()).toBe(409);
    await it.reach(id, 'ready');
    expect((await it.cluster(id)).emails).toEqual({ ada: 'ada@elsewhere.example' });
    const bindings = await it.bindings(id);
    expect(bindings).toHaveProperty(principalOf('ada@elsewhere.example'));
    expect(bindings).not.toHaveProperty(principalOf('ada@example.com'));
    expect(await ask()).toBe(200);
  });

  test('stays who they are as long as the other one is not proven', async () => {
    const { it, id, ask } = await setting('mallory@example.com', false);
    expect(await ask()).toBe(200);
    expect((await it.cluster(id)).emails).toEqual({ ada: 'ada@example.com' });
  });
});
