/** What `/version` answers. */
export const VERSION = {
  major: '1',
  minor: '35',
  gitVersion: 'v1.35.2-gke.1000000',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2026-03-01T00:00:00Z',
  goVersion: 'go1.25.7',
  compiler: 'gc',
  platform: 'linux/amd64',
} as const;
