import { createHash } from 'node:crypto';
import { asObject } from '#kernel/json.ts';
import { plainToolId } from '../anthropic-messages/tool-ids.ts';
import type { CallIds } from '../pair-calls.ts';
import type { ModelTraits } from './model-traits.ts';

/** As long as Amazon takes them, of `[a-zA-Z0-9_-]`. */
const ID_MAX_CHARACTERS = 64;
const SHORT_ID_CHARACTERS = 9;
const short = /^[a-zA-Z0-9]{9}$/;

/** Ids as Amazon's blocks have them. Mistral's models take nine letters or digits, so that others become a hash. */
export function callIdsFor({ hasShortCallIds }: ModelTraits): CallIds {
  return {
    plain: hasShortCallIds ? shortId : (id) => plainToolId(id, ID_MAX_CHARACTERS),
    write({ block, link }, id) {
      const field = link === 'call' ? 'toolUse' : 'toolResult';
      Object.assign(asObject((block as Readonly<Record<string, unknown>>)[field]) ?? {}, { toolUseId: id });
    },
  };
}

function shortId(id: string): string {
  return short.test(id) ? id : createHash('sha256').update(id).digest('hex').slice(0, SHORT_ID_CHARACTERS);
}
