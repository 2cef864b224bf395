import { z } from 'zod';

/** OpenAI's own bound. */
const CALL_ID_MAX_CHARACTERS = 64;

const callId = z
  .string()
  .min(1, 'empty string. Expected a string with minimum length 1')
  .max(CALL_ID_MAX_CHARACTERS, `string too long. Expected a string with maximum length ${CALL_ID_MAX_CHARACTERS}`);
const status = z.enum(['in_progress', 'completed', 'incomplete']).nullish();
const idOf = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}_`), `Expected an ID that begins with '${prefix}'`);
const breakpoint = z.unknown().optional();

const inputPart = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('input_text'), text: z.string(), prompt_cache_breakpoint: breakpoint }),
  z.strictObject({
    type: z.literal('input_image'),
    image_url: z
      .string()
      .regex(/^(https?:\/\/|data:image\/)/i, 'Expected a valid URL or a data URL of an image')
      .nullish(),
    file_id: z.string().nullish(),
    detail: z.enum(['low', 'high', 'auto', 'original']).nullish(),
    prompt_cache_breakpoint: breakpoint,
  }),
  z.strictObject({
    type: z.literal('input_file'),
    file_data: z.string().nullish(),
    file_id: z.string().nullish(),
    file_url: z.string().nullish(),
    filename: z.string().nullish(),
    detail: z.enum(['low', 'high', 'auto']).nullish(),
    prompt_cache_breakpoint: breakpoint,
  }),
]);
const outputPart = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('output_text'),
    text: z.string(),
    annotations: z.array(z.unknown()).optional(),
    logprobs: z.array(z.unknown()).nullish(),
  }),
  z.strictObject({ type: z.literal('refusal'), refusal: z.string() }),
]);
const toolOutput = z.union([z.string(), z.array(inputPart)]);

const inputMessage = z.strictObject({
  type: z.literal('message'),
  role: z.enum(['user', 'system', 'developer']),
  content: z.union([z.string(), z.array(inputPart)]),
  id: z.string().optional(),
  status,
  phase: z.unknown().optional(),
});
const outputMessage = z.strictObject({
  type: z.literal('message'),
  role: z.literal('assistant'),
  content: z.union([z.string(), z.array(outputPart)]),
  id: idOf('msg').optional(),
  status,
  phase: z.enum(['commentary', 'final_answer']).nullish(),
});

const others = {
  function_call: z.strictObject({
    type: z.literal('function_call'),
    call_id: callId,
    name: z.string().min(1),
    arguments: z.string(),
    id: idOf('fc').nullish(),
    status,
    namespace: z.unknown().optional(),
    caller: z.unknown().optional(),
    async: z.unknown().optional(),
  }),
  function_call_output: z.strictObject({
    type: z.literal('function_call_output'),
    call_id: callId,
    output: toolOutput,
    id: z.string().nullish(),
    status,
    caller: z.unknown().optional(),
  }),
  custom_tool_call: z.strictObject({
    type: z.literal('custom_tool_call'),
    call_id: callId,
    name: z.string().min(1),
    input: z.string(),
    id: idOf('ctc').optional(),
    status,
    namespace: z.unknown().optional(),
    caller: z.unknown().optional(),
    async: z.unknown().optional(),
  }),
  custom_tool_call_output: z.strictObject({
    type: z.literal('custom_tool_call_output'),
    call_id: callId,
    output: toolOutput,
    id: z.string().nullish(),
    caller: z.unknown().optional(),
  }),
  reasoning: z.strictObject({
    type: z.literal('reasoning'),
    id: idOf('rs').optional(),
    summary: z.array(z.strictObject({ type: z.literal('summary_text'), text: z.string() })),
    content: z.array(z.strictObject({ type: z.literal('reasoning_text'), text: z.string() })).nullish(),
    encrypted_content: z.string().nullish(),
    status,
  }),
};

/** Items whose shape matters to an answer; an item of another kind is OpenAI's own and passes as it is. */
export const itemShapes = { inputMessage, outputMessage, ...others };

export type OtherItemType = keyof typeof others;

export function isCheckedItemType(type: unknown): type is OtherItemType {
  return typeof type === 'string' && Object.hasOwn(others, type);
}

/** Types of items that no model of the simulator makes, and that may stand in a conversation nevertheless. */
export const passedItemTypes: ReadonlySet<unknown> = new Set([
  'item_reference',
  'file_search_call',
  'web_search_call',
  'computer_call',
  'computer_call_output',
  'image_generation_call',
  'code_interpreter_call',
  'local_shell_call',
  'local_shell_call_output',
  'shell_call',
  'shell_call_output',
  'apply_patch_call',
  'apply_patch_call_output',
  'mcp_call',
  'mcp_list_tools',
  'mcp_approval_request',
  'mcp_approval_response',
  'tool_search_call',
  'tool_search_output',
  'program',
  'program_output',
  'additional_tools',
  'compaction',
  'compaction_trigger',
]);

export type InputMessage = z.infer<typeof inputMessage>;
export type OutputMessage = z.infer<typeof outputMessage>;
export type CheckedItem = { [K in OtherItemType]: z.infer<(typeof others)[K]> }[OtherItemType];
export type Item = InputMessage | OutputMessage | CheckedItem | { readonly type: 'passed' };
export type ContentPart = z.infer<typeof inputPart> | z.infer<typeof outputPart>;
