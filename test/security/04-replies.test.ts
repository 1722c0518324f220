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
      finds: /^POST \/v1\/clusters as \w+: \.schema$/,
    },
    'everybody is told of everybody': {
      file: 'functions/api/me.ts',
      from: 'await ports.documents.get(accountPath(principal().uid)));\n    return',
      to: "await ports.documents.get(accountPath('other')));\n    return",
      finds: /^GET \/v1\/me tells stranger of others$/,
    },
  },
});
