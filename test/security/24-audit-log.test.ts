import { auditTrail } from './checks/api.ts';
import { promise } from './promise.ts';

promise('24', 'who did what is written in the commit that does it, and never written over', {
  check: auditTrail,
  in: ['api.ts', 'auditTrail'],
  broken: {
    'deletions are not written down': {
      file: 'functions/dispatch/commands.ts',
      from: 'if (actor === undefined || !isAudited(cause))',
      to: "if (actor === undefined || cause === 'delete' || !isAudited(cause))",
    },
    'an entry may take the place of another': {
      file: 'functions/audit.ts',
      from: "write: { op: 'create',",
      to: "write: { op: 'set',",
    },
    'the log is not told': {
      file: 'functions/audit.ts',
      from: 'tell: () => tellAudit(',
      to: 'tell: () => void (',
    },
    'the log is not told of whom': {
      file: 'functions/audit.ts',
      from: '...(subject !== undefined && { subject }),\n  });',
      to: '});',
    },
    'the log is not told why': {
      file: 'functions/audit.ts',
      from: '...(reason !== undefined && { reason }),',
      to: '',
    },
    'refusals are not told': {
      file: 'functions/api/endpoint.ts',
      from: 'if (principal) tellDenied(',
      to: 'if (!principal) tellDenied(',
    },
    'the entry comes after': {
      file: 'functions/api/pools.ts',
      from: 'data: fields }, entry.write]);',
      to: 'data: fields }]);\n    await ports.documents.commit([entry.write]);',
    },
  },
});
