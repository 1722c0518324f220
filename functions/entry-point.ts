/**
 * How the platform calls a function of the manifest: an entry point is a name in code, without dashes, while names of functions and of
 * their services have them. https://cloud.google.com/functions/docs/writing#entry_point
 */
export const entryPointOf = (name: string): string =>
  name.replace(/-(.)/g, (_, char: string) => char.toUpperCase());
