/** Messages that are not objects in JSON, but text or a bare value. */
import type protobuf from 'protobufjs';
import type { Message } from '../../grpc.ts';
import type { Json } from './json.ts';
import { readScalar, writeScalar } from './scalars.ts';
import { formatDuration, formatTimestamp, parseDuration, parseTimestamp } from './time.ts';

interface Special {
  write(value: Message): Json;
  /** Undefined if the JSON is no such value. */
  read(json: unknown): Message | undefined;
}

const instant = ({ seconds, nanos }: Message) => ({
  seconds: Number(seconds ?? 0),
  nanos: Number(nanos ?? 0),
});

function wrapper(type: string): Special {
  return {
    write: ({ value }) => writeScalar(type, value ?? (type === 'string' || type === 'bytes' ? '' : 0)),
    read(json) {
      const value = readScalar(type, json);
      return value === undefined ? undefined : { value };
    },
  };
}

const BY_NAME: Readonly<Record<string, Special | undefined>> = {
  '.google.protobuf.Timestamp': {
    write: (value) => formatTimestamp(instant(value)),
    read: (json) => (typeof json === 'string' ? parseTimestamp(json) : undefined),
  },
  '.google.protobuf.Duration': {
    write: (value) => formatDuration(instant(value)),
    read: (json) => (typeof json === 'string' ? parseDuration(json) : undefined),
  },
  '.google.protobuf.Int32Value': wrapper('int32'),
  '.google.protobuf.Int64Value': wrapper('int64'),
  '.google.protobuf.DoubleValue': wrapper('double'),
  '.google.protobuf.StringValue': wrapper('string'),
};

/** A type's full name is put together anew each time it is asked for. */
const known = new WeakMap<protobuf.Type, Special | false>();

export function specialOf(type: protobuf.Type): Special | undefined {
  let special = known.get(type);
  if (special === undefined) {
    special = BY_NAME[type.fullName] ?? false;
    known.set(type, special);
  }
  return special || undefined;
}
