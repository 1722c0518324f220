/** What each function asks of the cloud, in lives that are told and while everything goes wrong, beside what its identity may. */
import { expect, test } from 'vitest';
import { adapters } from './checks/adapters.ts';
import { needed, permitted } from './checks/permissions.ts';
import { findingsIn } from './mutants.ts';
import { promise } from './promise.ts';

const FILE = 'functions/permissions.ts';

promise('12', 'a function may do what it does', {
  check: permitted,
  in: ['permissions.ts', 'permitted'],
  broken: {
    'a step may not send for the next': {
      file: FILE,
      from: 'const STEP = [...GET_DOCUMENTS, ...WRITE_DOCUMENTS, ...MEASURE, ...PUBLISH];',
      to: 'const STEP = [...GET_DOCUMENTS, ...WRITE_DOCUMENTS, ...MEASURE];',
      finds: /^step-provision lacks pubsub\.topics\.publish$/,
    },
    'nobody may enter a cluster': {
      file: FILE,
      from: "const ENTER = [...GET_CLUSTER, 'container.clusters.connect'];",
      to: 'const ENTER = GET_CLUSTER;',
      finds: /^step-install lacks container\.clusters\.connect$/,
    },
    'who tells an application of its members cannot sign in to it': {
      file: 'functions/config.ts',
      from: "'personalize', 'share', 'repair'] as const)",
      to: "'personalize', 'repair'] as const)",
      finds: /^step-share lacks secretmanager\.versions\.access of HUB_OIDC_SEAL_KEYS$/,
    },
    'who repairs may give nobody a token that reads charts': {
      file: FILE,
      from: "name === stepTopic('install') || name === stepTopic('repair');",
      to: "name === stepTopic('install');",
      finds: /^step-repair lacks iam\.serviceAccounts\.getAccessToken$/,
    },
  },
});

promise('12', 'a function does what it may', {
  check: needed,
  in: ['permissions.ts', 'needed'],
  broken: {
    'whoever removes records may make some': {
      file: FILE,
      from: "const REMOVE_RECORDS = [...READ_RECORDS, 'dns.changes.create',",
      to: "const REMOVE_RECORDS = [...READ_RECORDS, 'dns.resourceRecordSets.create', 'dns.changes.create',",
      finds: /^step-undo never uses dns\.resourceRecordSets\.create$/,
    },
    'who locks may read charts': {
      file: FILE,
      from: "name === stepTopic('install') || name === stepTopic('repair');",
      to: "['install', 'repair', 'secure'].map(stepTopic).includes(name);",
      finds: /^step-secure never uses iam\.serviceAccounts\.getAccessToken$/,
    },
    'whoever drains may say that Hub signs in': {
      file: 'functions/config.ts',
      from: "'personalize', 'share', 'repair'] as const)",
      to: "'personalize', 'share', 'repair', 'drain'] as const)",
      finds: /^step-drain never uses secretmanager\.versions\.access of HUB_OIDC_SEAL_KEYS$/,
    },
    'nobody looks at what leads to a cluster': {
      file: 'functions/access/expose.ts',
      from: 'const found = await leaf.find(refOf(object));',
      to: 'const found = object;',
      finds: /^drift never uses container\.thirdPartyObjects\.get$/,
    },
  },
});

promise('12', 'what a call needs is what it asks the cloud for', {
  check: adapters,
  in: ['adapters.ts', 'adapters'],
  broken: {
    'a bucket that may not be read is taken for a stranger’s': {
      file: 'functions/google/buckets.ts',
      from: "if (seen === 'forbidden') return requireForeign(storage, name);",
      to: "if (seen === 'forbidden') return 'gone';",
      finds: /^buckets\.ensureBucketGone never needs storage\.buckets\.list$/,
    },
    'whoever removes a record sees what other changes there are': {
      file: 'functions/google/dns.ts',
      from: 'if (!seen || (await change({ deletions: [seen] }))) return;',
      to: 'if ((await isPending(record)) || !seen || (await change({ deletions: [seen] }))) return;',
      finds: /^dns\.ensureNoRecord needs dns\.changes\.list$/,
    },
  },
});

test('12: what a function may in vain is named', async () => {
  const from = '[TOPICS.hint]: [...GET_DOCUMENTS,';
  const change = { file: FILE, from, to: `${from} ...DELETE_DOCUMENTS,` };
  expect(await findingsIn(change, 'permissions.ts', 'needed')).toEqual([
    'hint never uses datastore.entities.delete',
  ]);
});
