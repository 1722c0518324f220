import { replies } from './checks/api.ts';
import { promise } from './promise.ts';

promise('4', 'a reply holds what is documented, and nothing of others or of the inside', {
  check: replies,
  in: ['api.ts', 'replies'],
  broken: {
    'the document is sent as it is': {
      file: 'functions/api/reply.ts',
      from: '    id: cluster.id,\n',
      to: '    ...(cluster as object),\n    id: cluster.id,\n',
    },
    'everybody is told of everybody': {
      file: 'functions/api/me.ts',
      from: 'await readAccount(ports, principal().uid))?.data;\n    return',
      to: "await readAccount(ports, 'other'))?.data;\n    return",
    },
  },
});
