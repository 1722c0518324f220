/** What the rows of pachd's services are made of: who may call, what it is given, how it tells time. */
import type protobuf from 'protobufjs/light.js';
import type { LocalClock } from '../clock.ts';
import type { CallContext, Message } from '../grpc.ts';
import type { Auth } from './auth.ts';
import type { Environment } from './bootstrap.ts';
import type { PachdData } from './data.ts';
import type { Logins } from './logins.ts';

export interface ServicesInput {
  root: protobuf.Root;
  /** `2.12.1`. */
  version: string;
  environment: Environment;
  data: PachdData;
  save(): void;
  auth: Auth;
  logins: Logins;
  clock: LocalClock;
  needsLicense: boolean;
}

/** Anybody; whoever is signed in; whoever has that permission on the cluster. */
type Rule = 'anybody' | 'signed in' | number;

export interface Row {
  rule: Rule;
  /** Auth that is not active lets it through. */
  orInactive?: true;
  answer(request: Message, caller: string, context: CallContext): Message | Promise<Message>;
}

export type Rows = Readonly<Record<string, Row>>;

export const timestamp = (ms: number) => ({ seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1e6 });

/** Numbers come as such or, with a library for long ones, as objects. */
export const msOf = (time: Message): number | undefined =>
  time ? Number(time.seconds ?? 0) * 1000 + Math.floor(Number(time.nanos ?? 0) / 1e6) : undefined;
