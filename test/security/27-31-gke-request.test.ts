/** The request that makes a cluster, against the CIS GKE Benchmark: each rule, and each with what breaks it. */
import { describe, expect, test } from 'vitest';
import type { ClusterBody } from '../../functions/providers/gke/request.ts';
import { aBody, brokenRules, RULES } from './checks/gke.ts';

type Json = { [key: string]: unknown };

/** The same with the value at that path turned into its opposite, or gone. */
function without(body: ClusterBody, path: string, value?: unknown): ClusterBody {
  const copy = structuredClone(body) as Json;
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let at = copy;
  for (const key of keys) at = at[key] as Json;
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy as ClusterBody;
}

const POOL = 'nodePools.0';
const BROKEN: readonly [number: number, path: string, value?: unknown][] = [
  [27, `${POOL}.config.serviceAccount`],
  [27, `${POOL}.config.serviceAccount`, '123-compute@developer.gserviceaccount.com'],
  [28, 'workloadIdentityConfig'],
  [28, `${POOL}.config.workloadMetadataConfig.mode`, 'GCE_METADATA'],
  [28, `${POOL}.config.metadata`],
  [29, 'networkConfig.defaultEnablePrivateNodes', false],
  [29, `${POOL}.networkConfig`],
  [29, 'controlPlaneEndpointsConfig.ipEndpointsConfig', { enabled: true }],
  [29, 'masterAuth', { clientCertificateConfig: { issueClientCertificate: true } }],
  [29, 'masterAuth.password', 'x'],
  [29, 'legacyAbac.enabled', true],
  [29, 'rbacBindingConfig'],
  [29, 'anonymousAuthenticationConfig.mode', 'ENABLED'],
  [29, `${POOL}.config.kubeletConfig`],
  [29, 'addonsConfig.kubernetesDashboard.disabled', false],
  [30, `${POOL}.config.imageType`, 'UBUNTU_CONTAINERD'],
  [30, `${POOL}.management.autoUpgrade`, false],
  [30, `${POOL}.management.autoRepair`, false],
  [30, 'releaseChannel.channel', 'UNSPECIFIED'],
  [30, 'shieldedNodes.enabled', false],
  [30, `${POOL}.config.shieldedInstanceConfig.enableSecureBoot`, false],
  [30, `${POOL}.config.shieldedInstanceConfig.enableIntegrityMonitoring`, false],
  [31, 'databaseEncryption'],
  [32, 'networkConfig.datapathProvider', 'LEGACY_DATAPATH'],
  [32, 'networkConfig.enableIntraNodeVisibility', false],
];

describe.each([27, 28, 29, 30, 31, 32])('%i: the request that makes a cluster', (number) => {
  test('holds every rule', () => {
    expect(RULES.filter(([of]) => of === number)).not.toEqual([]);
    expect(brokenRules(aBody(), [number])).toEqual([]);
  });

  test.each<[number, string, unknown?]>(BROKEN.filter(([of]) => of === number))(
    'is seen to fail (%i) with another %s: %j',
    (_, path, value) => {
      expect(brokenRules(without(aBody(), path, value), [number])).toHaveLength(1);
    },
  );
});

test('every rule has been seen to fail', () => {
  const failed = BROKEN.flatMap(([number, path, value]) =>
    brokenRules(without(aBody(), path, value), [number]),
  );
  expect(new Set(failed)).toEqual(new Set(RULES.map(([, standard]) => standard)));
});
