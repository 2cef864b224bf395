import { unpricedFieldNames, unpricedPartNames } from './unpriced-features.ts';

/**
 * The fields of one kind of object in a request that the gateway reads: what it admits, prices, checks or translates by.
 * Each has the kind of object that stands in it, alone or in a list; null: nothing, or nothing that is read.
 */
export interface ReadFields {
  readonly exact: ReadonlyMap<string, ReadFields | null>;
  /** The fields by their folded names. */
  readonly folded: ReadonlyMap<string, string>;
}

/**
 * What a parser that does not care for the spelling of names goes by. Go's own takes letters of any case, Unicode's long s
 * and Kelvin sign among them, and dashes and underscores for nothing; protobuf's takes `maxTokens` for `max_tokens`; Java's
 * also takes the two other letters i for one.
 */
export function foldName(name: string): string {
  return name
    .replaceAll(/[_-]/g, '')
    .toLowerCase()
    .replaceAll('\u017f', 's')
    .replaceAll('\u0131', 'i')
    .replaceAll('\u0307', '');
}

/** `unread`: names that are common in such objects and of no concern, so that most requests have no name to be folded. */
function kind(fields: Readonly<Record<string, ReadFields | null>>, unread: readonly string[] = []): ReadFields {
  return {
    exact: new Map([...Object.entries(fields), ...unread.map((name) => [name, null] as const)]),
    folded: new Map(Object.keys(fields).map((name) => [foldName(name), name])),
  };
}

function without(...names: readonly string[]): Record<string, null> {
  return Object.fromEntries(names.map((name) => [name, null]));
}

const cacheControl = kind(without('type', 'ttl'));

const part = kind({
  ...without('type', 'text', 'refusal', ...unpricedPartNames),
  image_url: kind(without('url', 'detail')),
  cache_control: cacheControl,
});

// Its arguments, as everything a client gives a shape of its own, are nobody's to read.
const calledFunction = kind(without('name', 'arguments'));

const toolCall = kind({ ...without('id', 'type', 'custom'), function: calledFunction });

const message = kind(
  {
    ...without('role', 'refusal', 'tool_call_id', 'audio'),
    content: part,
    tool_calls: toolCall,
    function_call: calledFunction,
  },
  ['name', 'annotations', 'reasoning_content'],
);

// Parameters are a schema, whose properties may well be `name` and `Name`.
const offeredFunction = kind(without('name', 'description', 'parameters', 'strict'));

const tool = kind({
  ...without('type', 'custom'),
  function: offeredFunction,
  cache_control: cacheControl,
});

const chosenTool = kind({ ...without('type', 'custom'), function: kind(without('name')) });

const responseFormat = kind({
  type: null,
  json_schema: kind(without('name', 'description', 'schema', 'strict')),
});

/** A request's own fields, and from there on down. */
export const requestFields = kind(
  {
    ...without('model', 'stream', 'n', 'max_tokens', 'max_completion_tokens', ...unpricedFieldNames),
    messages: message,
    stream_options: kind(without('include_usage')),
    tools: tool,
    tool_choice: chosenTool,
    functions: offeredFunction,
    function_call: kind(without('name')),
    response_format: responseFormat,
  },
  [
    ...['temperature', 'top_p', 'stop', 'seed', 'user', 'metadata', 'store', 'logprobs', 'top_logprobs', 'logit_bias'],
    ...['presence_penalty', 'frequency_penalty', 'parallel_tool_calls', 'reasoning_effort', 'verbosity'],
  ],
);
