import { inventory, replays } from './checks/edges.ts';
import { promise } from './promise.ts';

promise('41, 43', 'there is nothing but what is listed, and no stand-in in production', {
  check: inventory,
  in: ['edges.ts', 'inventory'],
  broken: {
    'the embedded cloud may be production': {
      file: 'functions/config.ts',
      from: '  if (env.HUB_LOCAL_CLOUD !== undefined) {',
      to: '  if (env.HUB_LOCAL_CLOUD === "never") {',
      finds: /^production takes HUB_LOCAL_CLOUD$/,
    },
    'emulators may be production': {
      file: 'functions/config.ts',
      from: "  'FIREBASE_AUTH_EMULATOR_HOST',\n",
      to: '',
      finds: /^production takes FIREBASE_AUTH_EMULATOR_HOST$/,
    },
    'images go by tags': {
      file: 'functions/config.ts',
      from: 'if (image && !digestImage.test(image)) {',
      to: 'if (image === "never") {',
      finds: /^production takes an image by its tag$/,
    },
    'a step is called by everybody': {
      file: 'functions/manifest.ts',
      from: "trigger: { kind: 'topic', topic, ...(schedule ? { schedule } : {}) },",
      to: "trigger: { kind: 'http' } as any,",
      finds: /^step-admit is called by everybody, and Hosting does not lead to it$/,
    },
    'there is a debug route': {
      file: 'functions/api/app.ts',
      from: '  const shapes = shapesOf(endpoints);\n',
      to: "  const shapes = shapesOf(endpoints);\n  app.get('/v1/debug', (c) => c.json(process.env));\n",
      finds: /^\/v1\/debug answers 200$/,
    },
  },
});

promise('45', 'a dead letter is sent once more by an operator, with a reason, just as it was', {
  check: replays,
  in: ['edges.ts', 'replays'],
  broken: {
    'anybody may': {
      file: 'functions/api/policy.ts',
      from: "'POST /v1/admin/deadLetters/{id}:replay': operators",
      to: "'POST /v1/admin/deadLetters/{id}:replay': signedIn",
      finds: /^anybody may replay$/,
    },
    'no reason is asked for': {
      file: 'shared/api/fields.ts',
      from: '  .trim()\n  .min(1)\n',
      to: '  .trim()\n',
      finds: /^it takes \{"reason":""\}$/,
    },
    'the message may be another': {
      file: 'functions/dead-letters/replay.ts',
      from: 'publish(letter.topic, body)',
      to: 'publish(letter.topic, { ...body, epoch: 99 })',
      finds: /"epoch":99\}\}\] was sent$/,
    },
  },
});
