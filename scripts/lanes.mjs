/**
 * What takes minutes has lanes of its own, by the reason why it takes them; `npm test` runs the rest. Paths as vitest takes them.
 * @type {Record<string, string[]>}
 */
export const LANES = {
  /** The console in a real browser. */
  'test:console': [
    'test/browser/console/',
    'test/browser/cluster-console.test.ts',
    'test/browser/sign-in.test.ts',
  ],
  /** The SDK of Firebase in a real browser, against the stand-ins alone. */
  'test:sdk': ['test/browser/sdk/', 'local/auth/browser.test.ts'],
  /** Hubs that are killed or cannot start, clusters by the dozen, that fail, are deleted half-way or taken apart, pools, and all that runs inside: whole lives. */
  'test:trouble': [
    ...['restart', 'start', 'trace', 'trouble', 'inside', 'interiors', 'pool', 'virtual'].map(
      (name) => `test/journeys/${name}.test.ts`,
    ),
    'functions/closing/breaks-off.test.ts',
    'functions/steps/repair.test.ts',
    'functions/sweeps/upgrade.test.ts',
    'test/simulation/restore.test.ts',
  ],
  /** What Hub asks of a cloud, asked of the stand-ins over the wire and of those in memory: the same questions and thousands by chance. */
  'test:fuzz': [
    'test/contract/',
    'local/auth/wire.test.ts',
    'local/firestore/web/fuzz.test.ts',
    'local/firestore/rules/fuzz.test.ts',
    'local/firestore/rules/soundness.test.ts',
  ],
  /** Each promise of docs/security.md, and each once more on a product that breaks it. */
  'test:security': ['test/security/'],
  /** The functions as they are deployed, bundled, through one whole life of a cluster. */
  'test:deployed': ['test/deployed/'],
  /** The commands of operators, each as a program of its own. */
  'test:operate': [
    'attest',
    'charts',
    'commands',
    'doctor',
    'google',
    'reconcile',
    'roll-forward',
    'smoke',
    'verify',
  ].map((name) => `scripts/${name}.test.ts`),
  /** The command `hub` as the one file that is served, against a Hub that runs. */
  'test:cli': ['test/cli/'],
  /** Real kubectl and helm. */
  'test:k8s': ['test/k8s/'],
};
