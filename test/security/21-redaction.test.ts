import { canaries } from './checks/life.ts';
import { promise } from './promise.ts';

promise('21', 'a secret that comes in by any door is in no log, error, dead letter or document', {
  check: canaries,
  in: ['life.ts', 'canaries'],
  broken: {
    'the log takes what it is given': {
      file: 'functions/log.ts',
      from: "if (typeof value === 'string') clean[key] = scrub(value);",
      to: "if (typeof value === 'string') clean[key] = value;",
    },
    'dead letters are kept as they are': {
      file: 'functions/dead-letters/letter.ts',
      from: 'body: isMessage ? text : scrub(text),',
      to: 'body: text,',
    },
    'an answer quotes what was sent': {
      file: 'functions/api/problem.ts',
      from: "'INVALID_ARGUMENT', undefined, { errors });",
      to: "'INVALID_ARGUMENT', JSON.stringify(input), { errors });",
    },
    'addresses are no secrets': {
      file: 'functions/log.ts',
      from: "  [/[\\w.+-]+@[\\w-]+(\\.[\\w-]+)+/g, '[email]'],\n",
      to: '',
    },
  },
});
