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
    },
    'nobody in particular may ask': {
      file: 'functions/http/auth.ts',
      from: "if (principal.uid === '') throw",
      to: 'if (false) throw',
    },
    'an account that cannot be read is a good one': {
      file: 'functions/accounts/standing.ts',
      from: 'await readAccount(ports, uid);',
      to: 'await readAccount(ports, uid).catch(() => undefined);',
    },
  },
});
