import { auditTrail, signInTrail } from './checks/api.ts';
import { promise } from './promise.ts';

promise('24', 'who did what is written in the commit that does it, and never written over', {
  check: auditTrail,
  in: ['api.ts', 'auditTrail'],
  broken: {
    'deletions are not written down': {
      file: 'functions/dispatch/commands.ts',
      from: 'if (actor === undefined || !isAudited(cause))',
      to: "if (actor === undefined || cause === 'delete' || !isAudited(cause))",
      finds: /^DELETE \/v1\/clusters\/\{id\} leaves undefined of 0$/,
    },
    'an entry may take the place of another': {
      file: 'functions/audit.ts',
      from: "write: { op: 'create',",
      to: "write: { op: 'set',",
      finds: /^POST \/v1\/clusters may write over an entry$/,
    },
    'the log is not told': {
      file: 'functions/audit.ts',
      from: 'tell: () => tellAudit(',
      to: 'tell: () => void (',
      finds: /^POST \/v1\/clusters does not tell the log all that the entry says$/,
    },
    'the log is not told of whom': {
      file: 'functions/audit.ts',
      from: '...(subject !== undefined && { subject }),\n  });',
      to: '});',
      finds: /^PUT \/v1\/clusters\/\{id\}\/members\/\{email\} does not tell the log all that the entry says$/,
    },
    'the log is not told why': {
      file: 'functions/audit.ts',
      from: '...(reason !== undefined && { reason }),',
      to: '',
      finds: /^PUT \/v1\/clusters\/\{id\}\/members\/\{email\} does not tell the log all that the entry says$/,
    },
    'refusals are not told': {
      file: 'functions/api/endpoint.ts',
      from: 'if (principal) tellDenied(',
      to: 'if (!principal) tellDenied(',
      finds: /^nobody hears that GET \/v1\/clusters\/\{id\} was refused$/,
    },
    'the entry comes after': {
      file: 'functions/api/pools.ts',
      from: 'await commitAudited(ports, [write], entry);',
      to: 'await ports.documents.commit([write]);\n        await ports.documents.commit([entry.write]);',
      finds: /^PUT \/v1\/pools\/\{id\} writes its entry by itself$/,
    },
  },
});

promise('24', 'who signed in to a cluster with a browser is written in the commit that makes their code', {
  check: signInTrail,
  in: ['api.ts', 'signInTrail'],
  broken: {
    'nothing is written': {
      file: 'functions/oidc/interactions.ts',
      from: 'await commitAudited({ documents }, [end, outcome.code], outcome.entry);',
      to: 'await documents.commit([end, outcome.code]);',
      finds: /^a sign-in leaves undefined$/,
    },
    'the code comes before': {
      file: 'functions/oidc/interactions.ts',
      from: 'await commitAudited({ documents }, [end, outcome.code], outcome.entry);',
      to: 'await documents.commit([end, outcome.code]);\n    await commitAudited({ documents }, [], outcome.entry);',
      finds: /^a code is made without the entry of who got it$/,
    },
    'it says another one': {
      file: 'functions/oidc/app.ts',
      from: 'actor: person.uid,',
      to: 'actor: cluster,',
      finds: /^a sign-in leaves /,
    },
    'refusals are not told': {
      file: 'functions/oidc/app.ts',
      from: 'tellDenied(ports, { actor: uid, route: ANSWER, code, cluster });',
      to: '',
      finds: /^nobody hears who may not sign in$/,
    },
  },
});
