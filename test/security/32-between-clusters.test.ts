/** Two clusters that the product made, and the firewalls around their nodes. What Terraform adds to these is looked at by test/terraform. */
import { betweenClusters } from './checks/between-clusters.ts';
import { promise } from './promise.ts';

promise('32', 'a cluster takes nothing from the nodes or pods of another one', {
  check: betweenClusters,
  in: ['between-clusters.ts', 'betweenClusters'],
  broken: {
    'clusters share a subnetwork': {
      file: 'functions/providers/gke/request.ts',
      from: '      createSubnetwork: true,\n      subnetworkName: subnetworkName(target),\n      nodeIpv4CidrBlock: NODE_RANGE,\n',
      to: '',
      finds: /^gke-hub-\S+-master lets in 10\.132\.\S+, which is of /,
    },
    'the way to the webhooks is open to the network': {
      file: 'functions/providers/gke/firewall.ts',
      from: '  sourceRanges: [controlPlane],',
      to: "  sourceRanges: controlPlane === '' ? [] : ['10.0.0.0/8'],",
      finds: /^hub-\S+-webhooks lets in 10\.0\.0\.0\/8, which is of /,
    },
    'the way to the webhooks is one to all nodes': {
      file: 'functions/providers/gke/firewall.ts',
      from: '  targetTags: [nodeTag(target)],\n',
      to: '  targetTags: [nodeTag(target)].slice(1),\n',
      finds: /^hub-\S+-webhooks is for the nodes of everybody$/,
    },
  },
});
