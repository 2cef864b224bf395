import { openAwsEventStream } from './aws-event-stream.ts';
import { openInvokeChunks } from './invoke-chunks.ts';
import type { Unframing } from './unframing.ts';

/** How the events of a stream are put into bytes. */
export type FramingName = 'sse' | 'aws-event-stream' | 'aws-invoke-chunks';

/** null: the bytes are read as they come. */
export function openUnframing(name: FramingName): Unframing | null {
  return unframings[name]?.() ?? null;
}

const unframings: Readonly<Record<FramingName, (() => Unframing) | null>> = {
  sse: null,
  'aws-event-stream': () => openAwsEventStream(),
  'aws-invoke-chunks': openInvokeChunks,
};
