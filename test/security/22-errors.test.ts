import { errors } from './checks/api.ts';
import { promise } from './promise.ts';

promise('22', 'what fails inside shows nothing, and has an id under which the log says all', {
  check: errors,
  in: ['api.ts', 'errors'],
  broken: {
    'failures are told in their own words': {
      file: 'functions/http/problem.ts',
      from: '    title: say,\n',
      to: '    title: [say, error.cause, error.detail].join(),\n',
      finds: /^POST \/v1\/clusters shows its inside$/,
    },
    'the log is not told': {
      file: 'functions/http/observe.ts',
      from: "tellFailure(log, 'request', error, line);",
      to: "log.warn('request', { ...line, code: error.code });",
      finds: /^the log does not say why POST \/v1\/clusters failed$/,
    },
  },
});
