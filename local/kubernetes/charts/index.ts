/** The registry of charts that the stand-in's Helm finds, under whatever `oci://` address it is asked for. */
import type { Fields } from '../objects.ts';
import { hello } from './hello.ts';
import { base, gateway, istiod } from './istio.ts';
import { pachyderm } from './pachyderm.ts';

export interface RenderInput {
  release: string;
  namespace: string;
  version: string;
  values: Fields;
  /** What a template's `randAlphaNum` gives: another one each time, upgrades included. */
  randomText(): string;
  /** What a template's `fail` does. */
  refuse(template: string, message: string): never;
}

export interface Chart {
  readonly name: string;
  /** The oldest first. */
  readonly versions: readonly string[];
  /** What of the values the chart's schema refuses, in the words of Helm's validator. */
  check?(values: Fields): string[];
  render(input: RenderInput): Fields[];
}

export const CHARTS: readonly Chart[] = [pachyderm, hello, base, istiod, gateway];
