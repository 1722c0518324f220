/** What differs between versions of Pachyderm. */

/** 2.12 dropped the licence. https://github.com/pachyderm/pachyderm/commit/50db2ce76f */
export function asksForLicense(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < 2 || (major === 2 && minor < 12);
}
