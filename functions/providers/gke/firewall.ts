/**
 * The one firewall rule that Hub itself makes. Private nodes take calls of their control plane on 443 and 10250 only, and the API server
 * calls the webhooks of Istio elsewhere. Pure.
 * https://cloud.google.com/kubernetes-engine/docs/how-to/private-clusters#add_firewall_rules
 */

import { nameOf } from '../../names.ts';
import type { ClusterTarget } from '../provider.ts';
import { type GkeSettings, nodeTag } from './request.ts';

/** What of a rule Hub writes: https://cloud.google.com/compute/docs/reference/rest/v1/firewalls */
export interface FirewallBody {
  name: string;
  description: string;
  /** Path below the API's address. */
  network: string;
  direction: 'INGRESS';
  sourceRanges: readonly string[];
  targetTags: readonly string[];
  allowed: readonly { IPProtocol: 'tcp'; ports: readonly string[] }[];
}

/** https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio */
const WEBHOOK_PORT = '15017';

export const webhookRule = (target: Pick<ClusterTarget, 'id' | 'generation'>): string =>
  `${nameOf(target)}-webhooks`;

/** @param controlPlane where the cluster's control plane calls from, in CIDR notation */
export const webhookFirewall = (
  target: Pick<ClusterTarget, 'id' | 'generation'>,
  controlPlane: string,
  { network, projectId }: Pick<GkeSettings, 'network' | 'projectId'>,
): FirewallBody => ({
  name: webhookRule(target),
  description: 'Made by Hub: lets the control plane of one cluster call the webhooks of its mesh.',
  network: network.includes('/') ? network : `projects/${projectId}/global/networks/${network}`,
  direction: 'INGRESS',
  sourceRanges: [controlPlane],
  targetTags: [nodeTag(target)],
  allowed: [{ IPProtocol: 'tcp', ports: [WEBHOOK_PORT] }],
});
