import { z } from 'zod';
import { cacheControl, contentBlock, textBlock } from './block-shape.ts';

/** Anthropic's own bounds. */
const THINKING_BUDGET_MIN_TOKENS = 1_024;
const TOOL_NAME_PATTERN = /^[a-zA-Z0-9_-]{1,128}$/;
const USER_ID_MAX_CHARACTERS = 512;

const customTool = z.strictObject({
  type: z.literal('custom').nullish(),
  name: z.string().regex(TOOL_NAME_PATTERN),
  description: z.string().optional(),
  input_schema: z.looseObject({ type: z.literal('object') }),
  cache_control: cacheControl,
  strict: z.boolean().optional(),
  allowed_callers: z.unknown().optional(),
  defer_loading: z.boolean().optional(),
  eager_input_streaming: z.boolean().nullish(),
  input_examples: z.array(z.unknown()).optional(),
});
/** Tools that Anthropic runs itself have a dated type, and are never called here. */
const serverTool = z.looseObject({ type: z.string().regex(/^[a-z_]+_\d{8}$/), name: z.string() });
/** A tool's `type` tells which it is; without one it is the client's. */
const tool = z.unknown().transform((value, context): z.infer<typeof customTool> | z.infer<typeof serverTool> => {
  const type = (value as { readonly type?: unknown } | null)?.type;
  const read = (typeof type === 'string' && type !== 'custom' ? serverTool : customTool).safeParse(value);
  if (read.success) return read.data;
  for (const issue of read.error.issues) context.issues.push({ ...issue, input: value } as z.core.$ZodRawIssue);
  return z.NEVER;
});

const disableParallel = z.boolean().optional();
export const toolChoiceShape = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('auto'), disable_parallel_tool_use: disableParallel }),
  z.strictObject({ type: z.literal('any'), disable_parallel_tool_use: disableParallel }),
  z.strictObject({ type: z.literal('tool'), name: z.string(), disable_parallel_tool_use: disableParallel }),
  z.strictObject({ type: z.literal('none') }),
]);

const display = z.enum(['summarized', 'omitted']).nullish();
export const thinkingShape = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('enabled'), budget_tokens: z.int().min(THINKING_BUDGET_MIN_TOKENS), display }),
  z.strictObject({ type: z.literal('disabled') }),
  z.strictObject({ type: z.literal('adaptive'), display }),
  z.strictObject({ type: z.literal('between_tools'), display }),
]);

export const outputConfigShape = z.strictObject({
  effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).nullish(),
  format: z.strictObject({ type: z.literal('json_schema'), schema: z.looseObject({}) }).nullish(),
});

/** What a message request and one for a count of its tokens have in common. */
const shared = {
  model: z.string().min(1),
  messages: z.array(
    z.strictObject({
      role: z.enum(['user', 'assistant', 'system']),
      content: z.union([z.string(), z.array(contentBlock)]),
    }),
  ),
  cache_control: cacheControl,
  output_config: outputConfigShape.optional(),
  speed: z.enum(['standard', 'fast']).nullish(),
  system: z.union([z.string(), z.array(textBlock)]).optional(),
  thinking: thinkingShape.optional(),
  tool_choice: toolChoiceShape.optional(),
  tools: z.array(tool).optional(),
};

/** Fields that only a header of `anthropic-beta` opens. */
export const betaFields = {
  billing_policy: z.unknown().optional(),
  compaction: z.unknown().optional(),
  context_management: z.unknown().optional(),
  fallback_credit_token: z.unknown().optional(),
  fallbacks: z.unknown().optional(),
  mcp_servers: z.unknown().optional(),
  output_format: z.unknown().optional(),
  thread: z.unknown().optional(),
};

export const countShape = z.strictObject(shared);

/** A request for a message as Anthropic takes it: what it does not know it refuses. */
export const messagesShape = z.strictObject({
  ...shared,
  max_tokens: z.int().min(1),
  container: z.unknown().optional(),
  diagnostics: z.unknown().optional(),
  inference_geo: z.string().nullish(),
  metadata: z.strictObject({ user_id: z.string().max(USER_ID_MAX_CHARACTERS).nullish() }).optional(),
  service_tier: z.enum(['auto', 'standard_only']).optional(),
  stop_sequences: z.array(z.string()).optional(),
  stream: z.boolean().optional(),
  temperature: z.number().min(0).max(1).optional(),
  top_k: z.int().min(0).optional(),
  top_p: z.number().min(0).max(1).optional(),
  user_profile_id: z.string().nullish(),
  workspace_id: z.string().nullish(),
});

export type MessagesRequest = z.infer<typeof messagesShape>;
/** The fields by which a prompt is measured and its answer is made. */
export type MessagesCore = z.infer<typeof countShape>;
