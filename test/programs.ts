/** Programs that tests need and that are not among the packages: without them those tests are skipped, which is said. */

/**
 * @param found it is on this machine
 * @param missing what is skipped without it, and how it is had
 * @throws Error if it is not, and HUB_TEST_PROGRAMS says that it must be: skipping would then hide that nothing was tested
 */
export function requireProgram(found: boolean, missing: string, env: NodeJS.ProcessEnv = process.env): void {
  if (!found && env.HUB_TEST_PROGRAMS === 'required')
    throw new Error(`HUB_TEST_PROGRAMS=required, but ${missing}`);
}
