import type { RawJson } from '../../json/write-json.ts';

/** A part of a content, as it is written. */
export type WrittenPart = Readonly<Record<string, unknown>> | RawJson;

/** A turn of the conversation. Neighbours of one role are one. */
export interface WrittenContent {
  readonly role: 'user' | 'model';
  readonly parts: WrittenPart[];
  /** The message that it began with, for refusals. */
  readonly at: string;
}
