import { Metadata } from '@grpc/grpc-js';
import { REQUEST_MAX_BYTES } from '../limits.ts';

/**
 * A header of a session: the largest message that its server takes. A larger message would end the session with all its
 * calls.
 */
const REQUEST_MAX_KEY = 'gateway-request-max-bytes';

/** The size of a step besides the message of its call: its method, its trace, numbers. */
const STEP_MAX_BYTES = 1_024;

/** The size of a call that any server takes. */
const MESSAGE_MIN_BYTES = REQUEST_MAX_BYTES - STEP_MAX_BYTES;

/** What a server states as it opens a session. */
export function limitMetadata(requestMaxBytes: number): Metadata {
  const metadata = new Metadata();
  metadata.set(REQUEST_MAX_KEY, String(requestMaxBytes));
  return metadata;
}

/** Says which calls the server of a session takes, by the size of their messages. */
export interface RequestLimit {
  /** Decides at once if possible, otherwise when the server has stated its limit. */
  decide(messageBytes: number, onDecision: (isTaken: boolean) => void): void;
  /** The headers of the session have come. */
  learn(metadata: Metadata): void;
}

export function createRequestLimit(): RequestLimit {
  let maxBytes: number | undefined;
  let held: (() => void)[] = [];
  return {
    decide(messageBytes, onDecision) {
      if (messageBytes <= MESSAGE_MIN_BYTES) onDecision(true);
      else if (maxBytes !== undefined) onDecision(messageBytes <= maxBytes);
      else held.push(() => onDecision(messageBytes <= (maxBytes ?? MESSAGE_MIN_BYTES)));
    },
    learn(metadata) {
      const said = Number(metadata.get(REQUEST_MAX_KEY)[0]);
      maxBytes = Number.isSafeInteger(said) ? said - STEP_MAX_BYTES : MESSAGE_MIN_BYTES;
      for (const decide of held) decide();
      held = [];
    },
  };
}
