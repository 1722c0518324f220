import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { type AuthValues, authObjects, environmentOf } from './chart.ts';

const made = (values: AuthValues, version = '2.12.1') =>
  authObjects(values, { version, randomText: () => 'random' });

describe('the values of the chart', () => {
  test('with nothing said switch the mock provider on and bind its user as admin', () => {
    const environment = environmentOf(made({}));
    expect(load(environment.IDP_CONNECTORS ?? '')).toMatchObject([
      { id: 'test', type: 'mockPassword', config: { username: 'admin', password: 'password' } },
    ]);
    expect(load(environment.AUTH_CLUSTER_RBAC ?? '')).toEqual({
      'user:kilgore@kilgore.trout': ['clusterAdmin'],
      allClusterUsers: ['projectCreator'],
    });
  });

  test('with a provider leave the mock out, whatever mockIDP says', () => {
    for (const mockIDP of [true, false]) {
      const { environment, secrets } = made({ oidc: { mockIDP, upstreamIDPs: [{ id: 'hub' }] } });
      expect(load(secrets['pachyderm-identity']?.['upstream-idps'] ?? '')).toEqual([{ id: 'hub' }]);
      expect(environment.map(({ name }) => name)).not.toContain('AUTH_CLUSTER_RBAC');
    }
  });

  test('with neither are refused', () => {
    expect(made({ oidc: { mockIDP: false } }).problem).toContain('either oidc.upstreamIDPs or oidc.mockIDP');
  });

  test('can name Secrets that are made elsewhere', () => {
    const { secrets, environment } = made({
      pachd: { rootTokenSecretName: 'own-root' },
      oidc: { mockIDP: false, upstreamIDPsSecretName: 'own-providers' },
    });
    expect(secrets['pachyderm-identity']).toBeUndefined();
    expect(secrets['pachyderm-auth']).not.toHaveProperty('root-token');
    expect(environment).toContainEqual({ name: 'AUTH_ROOT_TOKEN', secret: 'own-root', key: 'root-token' });
    expect(environment).toContainEqual({
      name: 'IDP_CONNECTORS',
      secret: 'own-providers',
      key: 'upstream-idps',
    });
  });

  test('up to 2.11 make no auth without a licence', () => {
    const names = (values: AuthValues) => made(values, '2.11.6').environment.map(({ name }) => name);
    expect(names({})).not.toContain('ACTIVATE_AUTH');
    expect(names({ pachd: { enterpriseLicenseKey: 'key' } })).toEqual(
      expect.arrayContaining(['ACTIVATE_AUTH', 'LICENSE_KEY', 'ENTERPRISE_SECRET']),
    );
  });

  test('up to 2.11 can name Secrets with the licence, and 2.12 knows neither', () => {
    const values = {
      pachd: { enterpriseLicenseKeySecretName: 'own', enterpriseSecretSecretName: 'own' },
    };
    const { secrets, environment } = made(values, '2.11.6');
    expect(environment).toEqual(
      expect.arrayContaining([
        { name: 'ACTIVATE_AUTH', value: 'true' },
        { name: 'LICENSE_KEY', secret: 'own', key: 'enterprise-license-key' },
        { name: 'ENTERPRISE_SECRET', secret: 'own', key: 'enterprise-secret' },
      ]),
    );
    expect(Object.keys(secrets).filter((name) => /license|enterprise/.test(name))).toEqual([]);
    expect(made({ pachd: { enterpriseLicenseKeySecretName: 'own' } }, '2.11.6').secrets).toMatchObject({
      'pachyderm-enterprise': { 'enterprise-secret': 'random' },
    });
    expect(made(values).environment.map(({ name }) => name)).not.toContain('LICENSE_KEY');
  });

  test.each([
    [{ oidc: { userAccessibleOauthIssuerHost: 'abc.hub.test' } }, 'http://abc.hub.test'],
    [
      { oidc: { userAccessibleOauthIssuerHost: 'abc.hub.test' }, proxy: { tls: { enabled: true } } },
      'https://abc.hub.test',
    ],
    [{ oidc: { userAccessibleOauthIssuerHost: 'https://abc.hub.test' } }, 'https://abc.hub.test'],
    [{ proxy: { host: 'abc.hub.test' } }, 'http://abc.hub.test'],
    [{}, 'http://localhost'],
  ])('with %j send people to %s to sign in', (values, expected) => {
    const { secrets } = made(values);
    expect(load(secrets['pachyderm-auth']?.['auth-config'] ?? '')).toMatchObject({
      user_accessible_issuer_host: expected,
    });
  });

  test('tell pachd and the console where people come back to', () => {
    const { configMaps } = made({ proxy: { host: 'abc.hub.test', tls: { enabled: true } } });
    expect(load(configMaps['pachyderm-identity-config']?.['oidc-clients'] ?? '')).toMatchObject([
      {
        id: 'pachd',
        redirect_uris: ['https://abc.hub.test/authorization-code/callback'],
        trusted_peers: ['console'],
      },
      { id: 'console', redirect_uris: ['https://abc.hub.test/oauth/callback/?inline=true'] },
    ]);
  });
});
