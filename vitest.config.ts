import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{shared,functions,local,scripts,bench}/**/*.test.ts', 'test/**/*.test.ts'],
    // Wire tests start servers and real clients; the machine may be slow, and nothing asserts on time.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 60_000 } },
    pool: 'forks',
    maxWorkers: 2,
    // Google's clients would look for a metadata server, which no machine of ours has.
    env: { METADATA_SERVER_DETECTION: 'none' },
  },
});
