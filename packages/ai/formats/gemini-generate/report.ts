import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import { mergeUsage } from '../../usage/merge-usage.ts';
import type { Reported } from './usage.ts';

/** What an answer has reported so far, out of its documents: usage, and searches by the grounding of its candidates. */
export interface Report {
  add(document: JsonObject): void;
  readonly told: () => Reported;
}

export function createReport(): Report {
  let usageMetadata: JsonObject | null = null;
  let searches = 0;
  return {
    add(document) {
      usageMetadata = mergeUsage(usageMetadata, document['usageMetadata']);
      let found = 0;
      for (const candidate of asArray(document['candidates'])) {
        found += asArray(asObject(asObject(candidate)?.['groundingMetadata'])?.['webSearchQueries']).length;
      }
      // Grounding comes whole, with the end; a stream that tells it twice tells the same.
      searches = Math.max(searches, found);
    },
    told: () => ({ usageMetadata, searches }),
  };
}

/** Why a prompt was not answered at all. */
export function isBlocked(document: JsonObject): boolean {
  const reason = asObject(document['promptFeedback'])?.['blockReason'];
  return typeof reason === 'string' && reason !== '' && asArray(document['candidates']).length === 0;
}
