import { canaries, chartTokens } from './checks/life.ts';
import { promise } from './promise.ts';

promise('21', 'a secret that comes in by any door is in no log, error, dead letter or document', {
  check: canaries,
  in: ['life.ts', 'canaries'],
  broken: {
    'the log takes what it is given': {
      file: 'functions/log.ts',
      from: "if (typeof value === 'string') clean[key] = scrub(value);",
      to: "if (typeof value === 'string') clean[key] = value;",
      finds: /^the log says .*eyJhbGciOiJSUzI1NiJ9\./,
    },
    'dead letters are kept as they are': {
      file: 'functions/dead-letters/letter.ts',
      from: 'body: isMessage ? text : scrub(text),',
      to: 'body: text,',
      finds: /^deadLetters\/\S+ holds .*eyJhbGciOiJSUzI1NiJ9\./,
    },
    'an answer quotes what was sent': {
      file: 'functions/http/problem.ts',
      from: "'INVALID_ARGUMENT', undefined, { errors });",
      to: "'INVALID_ARGUMENT', JSON.stringify(input), { errors });",
      finds: /^an answer says 400 .*eyJhbGciOiJSUzI1NiJ9\./,
    },
    'addresses are no secrets': {
      file: 'functions/log.ts',
      from: "  [ADDRESS, '[email]'],\n",
      to: '',
      finds: /^the log says .*canary\.person@/,
    },
  },
});

promise('21', 'what reads charts is in one Secret of a cluster while it is installed, and nowhere else', {
  check: chartTokens,
  in: ['life.ts', 'chartTokens'],
  broken: {
    'it stays when the installer has ended': {
      file: 'functions/leaf/install.ts',
      from: 'revokeRights(leaf), leaf.delete(valuesRef(plan))',
      to: 'revokeRights(leaf)',
      finds: /^then they are in Secret install-/,
    },
    'nobody is given any': {
      file: 'functions/access/installation.ts',
      from: 'isPrivate ? chartToken : undefined',
      to: 'undefined',
      finds: /^nobody is given any$/,
    },
    'Helm finds it in its environment': {
      file: 'functions/leaf/manifests.ts',
      from: "{ name: 'HELM_REGISTRY_CONFIG',",
      to: "{ name: 'PASSWORD', value: 'ya29.c.chart-1' }, { name: 'HELM_REGISTRY_CONFIG',",
      finds: /^while it is installed they are in .*\bPod install-/,
    },
    'what is coded in base64 is no secret': {
      file: 'functions/log.ts',
      from: "  [/\\bb2F1dGgyYWNjZXNzdG9rZW46[\\w+/]+=*/g, '[token]'],\n",
      to: '',
      finds: /^clusters\/\S+ holds .*b2F1dGgyYWNjZXNzdG9rZW46/,
    },
  },
});
