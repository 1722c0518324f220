import { credentials, input, messages, ssrf } from './checks/edges.ts';
import { promise } from './promise.ts';

promise('11', 'a message is a pointer: what does not fit changes nothing', {
  check: messages,
  in: ['edges.ts', 'messages'],
  broken: {
    'a message may say more': {
      file: 'shared/messages.ts',
      from: 'export const stepMessage = z.strictObject(',
      to: 'export const stepMessage = z.object(',
      finds: /^a step takes \{.*"state":"deleted"\}$/,
    },
    'an id may be anything': {
      file: 'shared/messages.ts',
      from: 'stepMessage = z.strictObject({\n  schema: z.literal(MESSAGE_SCHEMA),\n  id: clusterId,',
      to: 'stepMessage = z.strictObject({\n  schema: z.literal(MESSAGE_SCHEMA),\n  id: z.string(),',
      finds: /^a step takes \{.*"id":"\.\.\/x"/,
    },
  },
});

promise('18', 'what is too long, too deep, or not what it says is refused', {
  check: input,
  in: ['edges.ts', 'input'],
  broken: {
    'keys may mean something': {
      file: 'functions/http/body.ts',
      from: 'if (FORBIDDEN_KEYS.has(key)) throw',
      to: 'if (false) throw',
      finds: /^a key that every object has is looked at$/,
    },
    'a key may be there twice': {
      file: 'functions/http/body.ts',
      from: 'if (keys?.has(key)) throw',
      to: 'if (false) throw',
      finds: /^a key twice is answered 202$/,
    },
    'a body may be of any size': {
      file: 'functions/http/body.ts',
      from: 'const bytes = await request.arrayBuffer();\n  if (bytes.byteLength > MAX_BODY_BYTES) throw',
      to: 'const bytes = await request.arrayBuffer();\n  if (false) throw',
      finds: /^a body of more than 32 KB is answered 202$/,
    },
    'a name may be anything': {
      file: 'shared/limits.ts',
      from: '/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/',
      to: '/^.{1,63}$/',
      finds: /^a name with an upper case letter is answered 202$/,
    },
  },
});

promise('19', 'Hub goes only where everybody could', {
  check: ssrf,
  in: ['edges.ts', 'ssrf'],
  broken: {
    'the metadata server is somewhere': {
      file: 'functions/google/public-address.ts',
      from: "  ['169.254.0.0', 16, 'ipv4'],\n",
      to: '',
      finds: /^it goes to 169\.254\.169\.254$/,
    },
    'one good address is enough': {
      file: 'functions/google/public-address.ts',
      from: '!addresses.every(',
      to: '!addresses.some(',
      finds: /^it goes to 169\.254\.169\.254 in company$/,
    },
    'the name is looked up by anybody': {
      file: 'functions/google/outside.ts',
      from: '{ ...target, lookup: publicLookup() }',
      to: 'target',
      finds: /^the name is looked up by somebody else$/,
    },
    'an address is a name': {
      file: 'functions/google/outside.ts',
      from: 'if (isIP(target.host) !== 0)',
      to: 'if (isIP(target.host) > 9)',
      finds: /^169\.254\.169\.254 is taken for a name$/,
    },
  },
});

promise('26', 'a member’s way in is a token of less than an hour, as themself, for one cluster', {
  check: credentials,
  in: ['edges.ts', 'credentials'],
  broken: {
    'it is good for a day': {
      file: 'functions/api/credentials.ts',
      from: 'const LIFE_MS = minutes(55);\n/** Nothing that is handed out may live longer. */\nconst MAX_LIFE_MS = minutes(60);',
      to: 'const LIFE_MS = minutes(1440);\nconst MAX_LIFE_MS = minutes(1441);',
      finds: /^it is good for 86\d{6} ms$/,
    },
    'it may be kept': {
      file: 'functions/api/credentials.ts',
      from: "'cache-control': 'no-store'",
      to: "'cache-control': 'private'",
      finds: /^it may be kept$/,
    },
    'operators get it': {
      file: 'functions/api/policy.ts',
      from: "const membersOnly: Rule = { ...members, operator: 'NOT_FOUND' };",
      to: 'const membersOnly: Rule = members;',
      finds: /^operator gets credentials$/,
    },
  },
});
