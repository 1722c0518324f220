import { defineConfig } from 'vitest/config';
import { LANES } from './scripts/lanes.mjs';

/** Tests that start processes, browsers or whole Hubs: each file has a process of its own. */
const APART = [
  '{scripts,bench}/**/*.test.ts',
  'test/!(security)/**/*.test.ts',
  'test/*.test.ts',
  'test/security/[a-z]*.test.ts',
  'local/*.test.ts',
  'local/{auth,host,hosting}/**/*.test.ts',
];

/** `npm test` leaves out what has a lane of its own. */
const lanes = Object.values(LANES)
  .flat()
  .map((path) => (path.endsWith('/') ? `${path}**` : path));

export default defineConfig(({ mode }) => {
  const left = mode === 'quick' ? lanes : [];
  return {
    test: {
      // Wire tests start servers and real clients; the machine may be slow, and nothing asserts on time.
      testTimeout: 240_000,
      hookTimeout: 240_000,
      expect: { poll: { timeout: 60_000 } },
      pool: 'forks',
      // A third would make a Hub late on two cores: there, Helm's five minutes are five seconds.
      maxWorkers: 2,
      // Google's clients would look for a metadata server, which no machine of ours has.
      env: { METADATA_SERVER_DETECTION: 'none' },
      globalSetup: 'test/temporary-folder.ts',
      setupFiles: ['test/forced-faults.ts'],
      projects: [
        {
          extends: true,
          test: { name: 'apart', include: APART, exclude: left },
        },
        {
          extends: true,
          test: {
            name: 'together',
            include: ['{shared,functions,local,web,cli}/**/*.test.ts', 'test/security/[0-9]*.test.ts'],
            exclude: [...APART, ...left],
            // They keep nothing outside of what they make: loading everything anew for each file would take as long as the tests.
            isolate: false,
          },
        },
      ],
    },
  };
});
