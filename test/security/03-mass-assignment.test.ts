import { massAssignment } from './checks/api.ts';
import { promise } from './promise.ts';

promise('3', 'a field that is not asked for is refused, and nothing is written', {
  check: massAssignment,
  in: ['api.ts', 'massAssignment'],
  broken: {
    'a body is open': {
      file: 'shared/api/members.ts',
      from: 'export const putMemberBody = z.strictObject(',
      to: 'export const putMemberBody = z.object(',
      finds: /^PUT \/v1\/clusters\/\{id\}\/members\/\{email\} takes id: 202$/,
    },
    'what has no body takes one': {
      file: 'functions/api/endpoint.ts',
      from: 'if (sent) parseInput(NOTHING, sent);',
      to: '',
      finds: /^DELETE \/v1\/clusters\/\{id\} takes id: 202$/,
    },
    'queries are open': {
      file: 'functions/api/endpoint.ts',
      from: 'const NOTHING = z.strictObject({});',
      to: 'const NOTHING = z.object({});',
      finds: /^GET \S+ takes id: 200$/,
    },
  },
});
