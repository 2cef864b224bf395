import { z } from 'zod';

/** OpenAI's own bounds. */
const OUTPUT_TOKENS_MIN = 16;
const TOP_LOGPROBS_MAX = 20;
const NAME_PATTERN = /^[a-zA-Z0-9_-]{1,128}$/;
const METADATA_PAIRS_MAX = 16;
const METADATA_VALUE_MAX_CHARACTERS = 512;
const SAFETY_IDENTIFIER_MAX_CHARACTERS = 64;

const name = z
  .string()
  .regex(NAME_PATTERN, "string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'");

const functionTool = z.strictObject({
  type: z.literal('function'),
  name,
  description: z.string().nullish(),
  parameters: z.looseObject({}).nullish(),
  strict: z.boolean().nullish(),
  allowed_callers: z.unknown().optional(),
  async: z.unknown().optional(),
  defer_loading: z.boolean().optional(),
  output_schema: z.unknown().optional(),
});
const customTool = z.strictObject({
  type: z.literal('custom'),
  name,
  description: z.string().optional(),
  format: z.looseObject({ type: z.enum(['text', 'grammar']) }).optional(),
  allowed_callers: z.unknown().optional(),
  async: z.unknown().optional(),
  defer_loading: z.boolean().optional(),
});
/** Tools that OpenAI runs itself: lawful, and never called here. */
const hostedTool = z.looseObject({
  type: z.enum([
    'file_search',
    'computer',
    'computer_use_preview',
    'web_search',
    'web_search_preview',
    'mcp',
    'code_interpreter',
    'programmatic_tool_calling',
    'image_generation',
    'local_shell',
    'shell',
    'namespace',
    'tool_search',
    'apply_patch',
  ]),
});
export const responsesTool = z.discriminatedUnion('type', [functionTool, customTool, hostedTool]);

const toolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  z.strictObject({ type: z.enum(['function', 'custom']), name: z.string() }),
  z.looseObject({ type: z.literal('allowed_tools'), mode: z.enum(['auto', 'required']), tools: z.array(z.unknown()) }),
  hostedTool,
]);

const textFormat = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    name,
    description: z.string().nullish(),
    schema: z.looseObject({}),
    strict: z.boolean().nullish(),
  }),
]);

/** What a request for an answer and one for a count of its tokens have in common. */
const shared = {
  conversation: z.null().optional(),
  input: z.union([z.string(), z.array(z.looseObject({}))]).optional(),
  instructions: z.string().nullish(),
  model: z.string().min(1),
  parallel_tool_calls: z.boolean().nullish(),
  previous_response_id: z.string().nullish(),
  reasoning: z
    .strictObject({
      effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
      summary: z.enum(['auto', 'concise', 'detailed']).nullish(),
      generate_summary: z.enum(['auto', 'concise', 'detailed']).nullish(),
      context: z.enum(['auto', 'current_turn', 'all_turns']).nullish(),
      mode: z.enum(['standard', 'pro']).nullish(),
    })
    .nullish(),
  text: z
    .strictObject({ format: textFormat.optional(), verbosity: z.enum(['low', 'medium', 'high']).nullish() })
    .optional(),
  tool_choice: toolChoice.optional(),
  tools: z.array(responsesTool).optional(),
  truncation: z.enum(['auto', 'disabled']).nullish(),
};

export const countRequest = z.strictObject({ ...shared, personality: z.unknown().optional() });

/** A conversation to be compacted: neither a bound nor a stream can be asked for. */
export const compactRequest = z.strictObject({
  ...shared,
  image: z.looseObject({}).nullish(),
  prompt_cache_key: z.string().nullish(),
  prompt_cache_options: z.looseObject({}).nullish(),
  prompt_cache_retention: z.enum(['in_memory', '24h']).nullish(),
  service_tier: z.enum(['auto', 'default', 'fast', 'flex', 'priority']).nullish(),
});

/** A request for a response as OpenAI takes it: what it does not know it refuses. */
export const responsesRequest = z.strictObject({
  ...shared,
  access_programs: z.unknown().optional(),
  background: z.boolean().nullish(),
  background_options: z.looseObject({}).nullish(),
  // Codex says of whom and what its requests are.
  client_metadata: z.record(z.string(), z.string()).nullish(),
  context_management: z.array(z.looseObject({})).nullish(),
  image: z.looseObject({}).nullish(),
  include: z
    .array(
      z.enum([
        'file_search_call.results',
        'web_search_call.results',
        'web_search_call.action.sources',
        'message.input_image.image_url',
        'computer_call_output.output.image_url',
        'code_interpreter_call.outputs',
        'reasoning.encrypted_content',
        'message.output_text.logprobs',
      ]),
    )
    .nullish(),
  max_output_tokens: z
    .int()
    .min(OUTPUT_TOKENS_MIN, `integer below minimum value. Expected a value >= ${OUTPUT_TOKENS_MIN}`)
    .nullish(),
  max_tool_calls: z.int().min(1).nullish(),
  metadata: z
    .record(z.string(), z.string().max(METADATA_VALUE_MAX_CHARACTERS))
    .refine(
      (pairs) => Object.keys(pairs).length <= METADATA_PAIRS_MAX,
      `too many pairs. Expected at most ${METADATA_PAIRS_MAX}`,
    )
    .nullish(),
  moderation: z.unknown().optional(),
  prompt: z.looseObject({}).nullish(),
  prompt_cache_key: z.string().nullish(),
  prompt_cache_options: z.looseObject({}).nullish(),
  prompt_cache_retention: z.enum(['in_memory', '24h']).nullish(),
  safety_identifier: z.string().max(SAFETY_IDENTIFIER_MAX_CHARACTERS).nullish(),
  service_tier: z.enum(['auto', 'default', 'flex', 'scale', 'priority', 'fast', 'ultrafast']).nullish(),
  store: z.boolean().nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.strictObject({ include_obfuscation: z.boolean().optional() }).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_logprobs: z.int().min(0).max(TOP_LOGPROBS_MAX).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  user: z.string().nullish(),
});

/** The fields by which a prompt is measured and its answer is made. */
export type ResponsesCore = z.infer<typeof countRequest>;
