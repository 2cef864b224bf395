import { z } from 'zod';

const jsonObject = z.record(z.string(), z.unknown());
/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolUseBlock.html */
export const toolName = z
  .string()
  .regex(/^[a-zA-Z0-9_-]+$/)
  .max(64);
const toolUseId = z
  .string()
  .regex(/^[a-zA-Z0-9_-]+$/)
  .max(64);

export const cachePoint = z.strictObject({ type: z.literal('default'), ttl: z.enum(['5m', '1h']).optional() });

const s3Location = z.strictObject({ uri: z.string().min(1), bucketOwner: z.string().optional() });

const image = z.strictObject({
  format: z.enum(['png', 'jpeg', 'gif', 'webp']),
  source: z.strictObject({ bytes: z.base64().min(1).optional(), s3Location: s3Location.optional() }),
});

const document = z.strictObject({
  format: z.enum(['pdf', 'csv', 'doc', 'docx', 'xls', 'xlsx', 'html', 'txt', 'md']).optional(),
  name: z
    .string()
    .min(1)
    .max(200)
    .regex(/^(?!.*\s\s)[a-zA-Z0-9\s()[\]-]+$/),
  source: z.strictObject({
    bytes: z.base64().min(1).optional(),
    s3Location: s3Location.optional(),
    text: z.string().min(1).optional(),
    content: z
      .array(z.strictObject({ text: z.string() }))
      .min(1)
      .optional(),
  }),
  context: z.string().optional(),
  citations: z.strictObject({ enabled: z.boolean() }).optional(),
});

const resultContent = z.strictObject({
  json: z.unknown().optional(),
  text: z.string().optional(),
  image: image.optional(),
  document: document.optional(),
  video: z.unknown().optional(),
  searchResult: z.unknown().optional(),
});

/** A block of a message: a union, of which one member is there. */
export const contentBlock = z.strictObject({
  text: z.string().optional(),
  image: image.optional(),
  document: document.optional(),
  video: z.unknown().optional(),
  audio: z.unknown().optional(),
  toolUse: z
    .strictObject({ toolUseId, name: toolName, input: z.unknown(), type: z.literal('server_tool_use').optional() })
    .optional(),
  toolResult: z
    .strictObject({
      toolUseId,
      content: z.array(resultContent),
      status: z.enum(['success', 'error']).optional(),
      type: z.string().optional(),
    })
    .optional(),
  guardContent: z.unknown().optional(),
  cachePoint: cachePoint.optional(),
  reasoningContent: z
    .strictObject({
      reasoningText: z.strictObject({ text: z.string(), signature: z.string().optional() }).optional(),
      redactedContent: z.base64().optional(),
    })
    .optional(),
  citationsContent: jsonObject.optional(),
  searchResult: jsonObject.optional(),
});

export type ContentBlock = z.infer<typeof contentBlock>;
