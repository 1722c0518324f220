/** Zip files that depend on nothing but their content. */
import { type Zippable, zipSync } from 'fflate';

/** The first day that a zip file can tell; read back as local time, and so written as it. */
const NO_TIME = new Date(1980, 0, 1);
/** Readable for all, as the platform runs functions as somebody else: https://cloud.google.com/functions/docs/deploy */
const READABLE = 0o644 << 16;
const UNIX = 3;

/** @param files content by path */
export function zipOf(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const sorted: Zippable = {};
  for (const path of Object.keys(files).sort()) {
    sorted[path] = [files[path] as Uint8Array, { mtime: NO_TIME, attrs: READABLE, os: UNIX, level: 9 }];
  }
  return zipSync(sorted);
}
