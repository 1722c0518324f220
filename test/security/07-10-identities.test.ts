/**
 * In the cloud it is Cloud Run that asks of a caller of a function who it is: that no function but the three of HTTP may be called by everybody,
 * and each by its own caller only, is checked in test/terraform. Here: Hub's own check of people, and the stand-in's of functions.
 */
import { forgeries, services } from './checks/identities.ts';
import { promise } from './promise.ts';

const TOKENS = 'functions/google/tokens.ts';

promise('7, 8', 'nothing but a good ID token of somebody who is signed in is taken for one', {
  check: forgeries,
  in: ['identities.ts', 'forgeries'],
  broken: {
    'signatures are not looked at': {
      file: TOKENS,
      from: 'await inTime(auth.verifyIdToken(idToken, true)).catch(',
      to: "await Promise.resolve(((c: any) => ({ ...c, uid: c.sub }))(JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString()))).catch(",
      finds: /^a token with no signature is taken$/,
    },
    'revocation is not asked for': {
      file: TOKENS,
      from: 'verifyIdToken(idToken, true)',
      to: 'verifyIdToken(idToken, false)',
      finds: /^a sign-in that was revoked is good$/,
    },
    'tokens of the future are good': {
      file: TOKENS,
      from: '      requirePast(claims, options.clock.now());\n',
      to: '',
      finds: /^a token with a time to come is taken$/,
    },
    'any operator claim will do': {
      file: TOKENS,
      from: 'claims.operator === true',
      to: 'Boolean(claims.operator)',
      finds: /^a word makes an operator$/,
    },
  },
});

promise('8, 9, 10', 'a function takes a token for itself alone, and no person’s', {
  check: services,
  in: ['identities.ts', 'services'],
  broken: {
    'a token for any function will do': {
      file: 'local/auth/service-tokens.ts',
      from: '          audience,\n',
      to: '',
      finds: /^a token for another function is taken$/,
    },
  },
});
