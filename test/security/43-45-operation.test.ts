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
    },
    'emulators may be production': {
      file: 'functions/config.ts',
      from: "  'FIREBASE_AUTH_EMULATOR_HOST',\n",
      to: '',
    },
    'images go by tags': {
      file: 'functions/config.ts',
      from: 'if (image && !digestImage.test(image)) {',
      to: 'if (image === "never") {',
    },
    'a step is called by everybody': {
      file: 'functions/manifest.ts',
      from: "trigger: { kind: 'topic', topic, ...(schedule ? { schedule } : {}) },",
      to: "trigger: { kind: 'http' } as any,",
    },
    'there is a debug route': {
      file: 'functions/api/app.ts',
      from: '  const shapes = shapesOf(endpoints);\n',
      to: "  const shapes = shapesOf(endpoints);\n  app.get('/v1/debug', (c) => c.json(process.env));\n",
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
    },
    'no reason is asked for': {
      file: 'shared/api.ts',
      from: 'export const replayBody = z\n  .strictObject({\n    reason: z.string().trim().min(1)',
      to: 'export const replayBody = z\n  .strictObject({\n    reason: z.string().trim()',
    },
    'the message may be another': {
      file: 'functions/dead-letters/replay.ts',
      from: 'publish(letter.topic, body)',
      to: 'publish(letter.topic, { ...body, epoch: 99 })',
    },
  },
});
