import { type FieldTree, fieldTree, leaves } from '../../ask/field-tree.ts';
import { stateFieldNames } from './state-problem.ts';
import { unpricedFieldNames } from './unpriced-problem.ts';

const part = fieldTree(
  {
    ...leaves('type', 'text', 'refusal', 'file_id', 'file_url', 'file_data', 'filename', 'video_url'),
    image_url: fieldTree(leaves('url', 'detail')),
    input_audio: fieldTree(leaves('data', 'format')),
    prompt_cache_breakpoint: fieldTree(leaves('mode', 'ttl')),
  },
  ['detail', 'annotations', 'logprobs'],
);

// Parameters are a schema, whose properties may well be `name` and `Name`.
const toolFields: Readonly<Record<string, FieldTree | null>> = {
  ...leaves('type', 'name', 'description', 'parameters', 'strict', 'format', 'execution'),
  environment: fieldTree(leaves('type')),
};

const tool = fieldTree({ ...toolFields, tools: fieldTree(toolFields) });

/** Arguments of calls, as everything a client gives a shape of its own, are nobody's to read. */
const item = fieldTree(
  {
    ...leaves('type', 'role', 'id', 'call_id', 'name', 'namespace', 'arguments', 'input', 'encrypted_content'),
    content: part,
    output: part,
    summary: fieldTree(leaves('type', 'text')),
    tools: tool,
  },
  ['status', 'phase', 'action', 'operation', 'environment', 'max_output_length'],
);

const chosenTool = fieldTree({ ...leaves('type', 'name', 'mode'), tools: fieldTree(leaves('type', 'name')) });

/** A request's own fields that the gateway goes by, and from there on down. */
export const requestFields = fieldTree(
  {
    ...leaves('model', 'stream', 'store', 'max_output_tokens', 'max_tool_calls', 'previous_response_id'),
    ...leaves('instructions', 'service_tier', ...stateFieldNames, ...unpricedFieldNames),
    input: item,
    tools: tool,
    tool_choice: chosenTool,
    prompt_cache_options: fieldTree(leaves('mode', 'ttl')),
    usage: fieldTree(leaves('include')),
    reasoning: fieldTree(leaves('mode'), ['effort', 'summary', 'generate_summary', 'context']),
  },
  [
    ...['include', 'text', 'temperature', 'top_p', 'top_logprobs', 'metadata', 'parallel_tool_calls'],
    ...['user', 'safety_identifier', 'prompt_cache_key', 'prompt_cache_retention', 'stream_options', 'client_metadata'],
  ],
);
