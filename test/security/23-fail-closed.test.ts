import { failClosed } from './checks/api.ts';
import { promise } from './promise.ts';

promise('23', 'in doubt the answer is no', {
  check: failClosed,
  in: ['api.ts', 'failClosed'],
  broken: {
    'a check that breaks is passed over': {
      file: 'functions/api/endpoint.ts',
      from: '      throw error;\n',
      to: "      if (code !== 'OWNER_ONLY' && code !== 'OPERATOR_ONLY') return;\n      throw error;\n",
      finds: /^GET \/v1\/clusters\/\{id\} for a stranger, with members /,
    },
    'nobody in particular may ask': {
      file: 'functions/http/auth.ts',
      from: "if (principal.uid === '') throw",
      to: 'if (false) throw',
      finds: /^GET \/v1\/clusters for nobody in particular$/,
    },
    'an account that cannot be read is a good one': {
      file: 'functions/accounts/standing.ts',
      from: 'await readAccount(ports, uid);',
      to: 'await readAccount(ports, uid).catch(() => undefined);',
      finds: /without knowing whether the account is suspended$/,
    },
  },
});
