import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import { openAiErrorBody } from '../openai/error-body.ts';
import { refuseOpenAiHeaders } from '../openai/refuse-headers.ts';
import { sealThoughts } from '../proof.ts';
import type { Completion, Wire } from '../wire.ts';
import { readCompactPrompt } from './prompt.ts';
import { usageReport } from './response-object.ts';
import { responsesStreamFrames } from './stream.ts';

/** OpenAI's compaction of a conversation: the user's messages, and one item that only its maker can read. */
export const compactWire: Wire = {
  name: 'openai-compact',
  requestIdHeader: 'x-request-id',
  longCacheUnit: 'cache_write_12h',
  refuseHeaders: refuseOpenAiHeaders,
  readPrompt: readCompactPrompt,
  errorBody: openAiErrorBody,
  completionBody: (completion) => JSON.stringify(compactionOf(completion)),
  // The request has no field for it.
  streamFrames: responsesStreamFrames,
};

function compactionOf(completion: Completion): JsonObject {
  const { id, createdAtMs, prompt, answer, usage } = completion;
  const said = answer.blocks.flatMap(({ pieces }) => pieces).join('');
  const { input } = prompt.body;
  const items = typeof input === 'string' ? [{ type: 'message', role: 'user', content: input }] : asArray(input);
  const messages = items.filter((item) => asObject(item)?.['role'] === 'user');
  return {
    id: `resp_${id}`,
    object: 'response.compaction',
    created_at: Math.floor(createdAtMs / 1000),
    output: [...messages, { id: `cmp_${id}`, type: 'compaction', encrypted_content: sealThoughts(said) }],
    ...(usage === undefined ? {} : { usage: usageReport(completion, usage) }),
  };
}
