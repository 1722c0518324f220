import { invitations, replies } from './checks/api.ts';
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
      from: 'await readAccount(ports, principal().uid))?.data;\n    return',
      to: "await readAccount(ports, 'other'))?.data;\n    return",
      finds: /^GET \/v1\/me tells stranger of others$/,
    },
  },
});

const MEMBERS = 'functions/api/members.ts';

promise('4', 'an invitation tells nobody whether there is an account', {
  check: invitations,
  in: ['api.ts', 'invitations'],
  broken: {
    'who has one is a member at once': {
      file: MEMBERS,
      from: '  if (member === undefined) return undefined;\n  const known = await ports.people.findByEmail(email);\n',
      to: '  const known = await ports.people.findByEmail(email);\n  if (member === undefined || known === undefined) return known?.uid;\n',
      finds: /^of somebody with an account it says /,
    },
    'who has one is looked up': {
      file: MEMBERS,
      from: '  if (member === undefined) return undefined;\n',
      to: '  await ports.people.findByEmail(email);\n  if (member === undefined) return undefined;\n',
      finds: /^it is looked up who has the address/,
    },
    'nobody is ever let in': {
      file: 'functions/api/me.ts',
      from: '    await acceptInvitations(ports, principal());\n',
      to: '    acceptInvitations satisfies object;\n',
      finds: /^whoever is invited does not become a member/,
    },
  },
});
