import { z } from 'zod';

/** OpenAI's own bounds. */
const CHOICES_MAX = 128;
const TOP_LOGPROBS_MAX = 20;
const STOPS_MAX = 4;
const TOOLS_MAX = 128;
const NAME_PATTERN = /^[a-zA-Z0-9_-]{1,64}$/;

const name = z
  .string()
  .regex(
    NAME_PATTERN,
    "string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]{1,64}$'",
  );
const cacheBreakpoint = z.unknown().optional();

const textPart = z.strictObject({
  type: z.literal('text'),
  text: z.string(),
  prompt_cache_breakpoint: cacheBreakpoint,
});
const userPart = z.discriminatedUnion('type', [
  textPart,
  z.strictObject({
    type: z.literal('image_url'),
    image_url: z.strictObject({
      url: z.string().regex(/^(https?:\/\/|data:image\/)/i, 'Expected a valid URL or a data URL of an image'),
      detail: z.enum(['auto', 'low', 'high', 'original']).nullish(),
    }),
    prompt_cache_breakpoint: cacheBreakpoint,
  }),
  z.strictObject({
    type: z.literal('input_audio'),
    input_audio: z.strictObject({ data: z.string(), format: z.enum(['wav', 'mp3']) }),
    prompt_cache_breakpoint: cacheBreakpoint,
  }),
  z.strictObject({
    type: z.literal('file'),
    file: z.strictObject({
      file_data: z.string().optional(),
      file_id: z.string().optional(),
      filename: z.string().optional(),
    }),
    prompt_cache_breakpoint: cacheBreakpoint,
  }),
]);
const textContent = z.union([
  z.string(),
  z.array(textPart).min(1, 'empty array. Expected an array with minimum length 1'),
]);

/** Calls come back with what SDKs have added to them: `index`, `parsed_arguments`. */
const toolCall = z.discriminatedUnion('type', [
  z.looseObject({
    id: z.string(),
    type: z.literal('function'),
    function: z.looseObject({ name, arguments: z.string() }),
  }),
  z.looseObject({ id: z.string(), type: z.literal('custom'), custom: z.looseObject({ name, input: z.string() }) }),
]);

/** Messages of assistants are read loosely: what a compatible provider put into an answer comes back in them. */
export const chatMessage = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('developer'), content: textContent, name: name.optional() }),
  z.strictObject({ role: z.literal('system'), content: textContent, name: name.optional() }),
  z.strictObject({
    role: z.literal('user'),
    content: z.union([z.string(), z.array(userPart).min(1, 'empty array. Expected an array with minimum length 1')]),
    name: name.optional(),
  }),
  z.looseObject({
    role: z.literal('assistant'),
    content: z
      .union([
        z.string(),
        z.array(z.union([textPart, z.strictObject({ type: z.literal('refusal'), refusal: z.string() })])),
      ])
      .nullish(),
    refusal: z.string().nullish(),
    name: name.optional(),
    tool_calls: z
      .array(toolCall)
      .min(1, 'empty array. Expected an array with minimum length 1, but got an empty array instead')
      .optional(),
  }),
  z.strictObject({ role: z.literal('tool'), content: textContent, tool_call_id: z.string() }),
  z.strictObject({ role: z.literal('function'), content: z.string().nullable(), name }),
]);

const functionTool = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({
    name,
    description: z.string().optional(),
    parameters: z.looseObject({}).optional(),
    strict: z.boolean().nullish(),
  }),
});
const customTool = z.strictObject({
  type: z.literal('custom'),
  custom: z.strictObject({
    name,
    description: z.string().optional(),
    format: z.looseObject({ type: z.enum(['text', 'grammar']) }).optional(),
  }),
});

const toolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  z.strictObject({ type: z.literal('function'), function: z.strictObject({ name: z.string() }) }),
  z.strictObject({ type: z.literal('custom'), custom: z.strictObject({ name: z.string() }) }),
  z.strictObject({
    type: z.literal('allowed_tools'),
    allowed_tools: z.looseObject({ mode: z.enum(['auto', 'required']) }),
  }),
]);

const responseFormat = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    json_schema: z.strictObject({
      name,
      description: z.string().optional(),
      schema: z.looseObject({}).optional(),
      strict: z.boolean().nullish(),
    }),
  }),
]);

/** Chat completions as OpenAI takes them: what it does not know it refuses. */
export const chatRequest = z.strictObject({
  model: z.string().min(1, 'you must provide a model parameter'),
  messages: z
    .array(chatMessage)
    .min(1, 'empty array. Expected an array with minimum length 1, but got an empty array instead'),
  audio: z.looseObject({}).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  function_call: z.unknown().optional(),
  functions: z.array(z.unknown()).optional(),
  logit_bias: z.record(z.string(), z.number()).nullish(),
  logprobs: z.boolean().nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  max_tokens: z.int().min(1).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  modalities: z.array(z.enum(['text', 'audio'])).nullish(),
  moderation: z.unknown().optional(),
  n: z.int().min(1).max(CHOICES_MAX).nullish(),
  parallel_tool_calls: z.boolean().optional(),
  prediction: z.looseObject({}).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  prompt_cache_key: z.string().optional(),
  prompt_cache_options: z.looseObject({}).optional(),
  prompt_cache_retention: z.enum(['in_memory', '24h']).nullish(),
  reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
  response_format: responseFormat.nullish(),
  safety_identifier: z.string().optional(),
  seed: z.int().nullish(),
  service_tier: z.enum(['auto', 'default', 'flex', 'scale', 'priority', 'fast', 'ultrafast']).nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(STOPS_MAX)]).nullish(),
  store: z.boolean().nullish(),
  stream: z.boolean().nullish(),
  stream_options: z
    .strictObject({ include_usage: z.boolean().optional(), include_obfuscation: z.boolean().optional() })
    .nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  tool_choice: toolChoice.nullish(),
  tools: z
    .array(z.discriminatedUnion('type', [functionTool, customTool]))
    .max(TOOLS_MAX)
    .nullish(),
  top_logprobs: z.int().min(0).max(TOP_LOGPROBS_MAX).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  user: z.string().optional(),
  verbosity: z.enum(['low', 'medium', 'high']).nullish(),
  web_search_options: z.looseObject({}).optional(),
});

export type ChatRequest = z.infer<typeof chatRequest>;
export type ChatMessage = z.infer<typeof chatMessage>;
