import { openAwsEventStream } from './aws-event-stream.ts';
import { openInvokeChunks } from './invoke-chunks.ts';

/** How the events of a stream are put into bytes. */
export type FramingName = 'sse' | 'aws-event-stream' | 'aws-invoke-chunks';

/** Makes server-sent events, which is what every format reads, of a stream that is framed in another way. */
export interface Unframing {
  /** The next bytes. Returns the events that are whole by now; empty: none is. */
  push(bytes: Buffer): Buffer;
  /** The bytes are no such stream; nothing more is read of them. */
  readonly isBroken: () => boolean;
}

/** null: the bytes are read as they come. */
export function openUnframing(name: FramingName): Unframing | null {
  return unframings[name]?.() ?? null;
}

const unframings: Readonly<Record<FramingName, (() => Unframing) | null>> = {
  sse: null,
  'aws-event-stream': () => openAwsEventStream(),
  'aws-invoke-chunks': openInvokeChunks,
};
