import type { ChatSettings } from '../../chat/chat-request.ts';

/** A field of the request for a provider, and the setting that it says; null: it has to be there. */
export interface EncodedField {
  readonly name: string;
  readonly setting: keyof ChatSettings | 'tools' | null;
  readonly value: unknown;
}
