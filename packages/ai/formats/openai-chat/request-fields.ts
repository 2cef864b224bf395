import { fieldTree, leaves } from '../../ask/field-tree.ts';
import { foreignPartNames, unpricedFieldNames } from './priced-features.ts';

const cacheControl = fieldTree(leaves('type', 'ttl'));
const cacheBreakpoint = fieldTree(leaves('mode', 'ttl'));

const part = fieldTree({
  ...leaves('type', 'text', 'refusal', ...foreignPartNames),
  image_url: fieldTree(leaves('url', 'detail')),
  input_audio: fieldTree(leaves('data', 'format')),
  file: fieldTree(leaves('file_data', 'file_id', 'filename')),
  cache_control: cacheControl,
  prompt_cache_breakpoint: cacheBreakpoint,
});

// Its arguments, as everything a client gives a shape of its own, are nobody's to read.
const calledFunction = fieldTree(leaves('name', 'arguments'));

const toolCall = fieldTree({ ...leaves('id', 'type', 'custom'), function: calledFunction });

const message = fieldTree(
  {
    ...leaves('role', 'refusal', 'tool_call_id'),
    audio: fieldTree(leaves('id')),
    content: part,
    tool_calls: toolCall,
    function_call: calledFunction,
  },
  ['name', 'annotations', 'reasoning_content', 'reasoning', 'reasoning_details'],
);

// Parameters are a schema, whose properties may well be `name` and `Name`.
const offeredFunction = fieldTree(leaves('name', 'description', 'parameters', 'strict'));

const tool = fieldTree({ ...leaves('type', 'custom'), function: offeredFunction, cache_control: cacheControl });

const chosenTool = fieldTree({
  ...leaves('type', 'custom', 'allowed_tools', 'mode'),
  function: fieldTree(leaves('name')),
});

const responseFormat = fieldTree({
  type: null,
  json_schema: fieldTree(leaves('name', 'description', 'schema', 'strict')),
});

/** A chat request's own fields that the gateway goes by, and from there on down. */
export const requestFields = fieldTree(
  {
    ...leaves('model', 'stream', 'n', 'max_tokens', 'max_completion_tokens', ...unpricedFieldNames),
    ...leaves('service_tier', 'modalities'),
    audio: fieldTree(leaves('voice', 'format')),
    prediction: fieldTree({ type: null, content: part }),
    web_search_options: fieldTree(leaves('search_context_size', 'user_location')),
    messages: message,
    stream_options: fieldTree(leaves('include_usage')),
    usage: fieldTree(leaves('include')),
    tools: tool,
    tool_choice: chosenTool,
    functions: offeredFunction,
    function_call: fieldTree(leaves('name')),
    response_format: responseFormat,
  },
  [
    ...['temperature', 'top_p', 'stop', 'seed', 'user', 'metadata', 'store', 'logprobs', 'top_logprobs', 'logit_bias'],
    ...['presence_penalty', 'frequency_penalty', 'parallel_tool_calls', 'reasoning_effort', 'verbosity'],
    ...['safety_identifier', 'prompt_cache_key', 'prompt_cache_options', 'prompt_cache_retention', 'moderation'],
  ],
);
