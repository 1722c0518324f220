import { describe, expect, test } from 'vitest';
import { ConfigError, parseConfig } from './config.ts';

const digest = `@sha256:${'0'.repeat(64)}`;
const good = {
  GOOGLE_CLOUD_PROJECT: 'p',
  HUB_PAGE_TOKEN_KEY: 'k'.repeat(32),
  HUB_NODE_SERVICE_ACCOUNT: 'nodes@p.iam.gserviceaccount.com',
  HUB_NETWORK: 'n',
  HUB_SUBNETWORK: 's',
  HUB_CHART_SOURCE: 'oci://mirror/charts',
  HUB_HELM_IMAGE: `helm${digest}`,
  HUB_CALL_HOME_IMAGE: `gcloud${digest}`,
};
const faultsOf = (env: Record<string, string | undefined>): readonly string[] => {
  try {
    parseConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
};

describe('Config', () => {
  test('of a complete environment is production unless said otherwise', () => {
    expect(parseConfig(good)).toMatchObject({ production: true, cloudSpeed: 1, projectId: 'p' });
  });

  test('reports every fault at once, each with its variable', () => {
    const faults = faultsOf({});
    for (const name of ['GOOGLE_CLOUD_PROJECT', 'HUB_PAGE_TOKEN_KEY', 'HUB_NETWORK', 'HUB_HELM_IMAGE']) {
      expect(faults.some((fault) => fault.startsWith(name))).toBe(true);
    }
  });

  test.each([
    ['an emulator variable', { FIREBASE_AUTH_EMULATOR_HOST: 'x:1' }, 'FIREBASE_AUTH_EMULATOR_HOST'],
    ['addresses of the embedded cloud', { HUB_LOCAL_CLOUD: '{}' }, 'HUB_LOCAL_CLOUD'],
    ['another speed than one', { HUB_CLOUD_SPEED: '60' }, 'HUB_CLOUD_SPEED'],
    ['an image without a digest', { HUB_HELM_IMAGE: 'helm:4' }, 'HUB_HELM_IMAGE'],
  ])('in production refuses %s', (_, env, name) => {
    expect(faultsOf({ ...good, ...env })).toEqual([expect.stringContaining(name)]);
  });
});
