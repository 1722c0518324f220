/** What each function asks of the cloud while everything goes wrong, beside what its identity may. */
import { permitted } from './checks/permissions.ts';
import { promise } from './promise.ts';

promise('12', 'a function may do what it does', {
  check: permitted,
  in: ['permissions.ts', 'permitted'],
  broken: {
    'a step may not send for the next': {
      file: 'functions/permissions.ts',
      from: 'const STEP = [...ALL, ...PUBLISH];',
      to: 'const STEP = [...ALL];',
    },
    'nobody may enter a cluster': {
      file: 'functions/permissions.ts',
      from: "const ENTER = [...GET_CLUSTER, 'container.clusters.connect'];",
      to: 'const ENTER = GET_CLUSTER;',
    },
  },
});
