import { z } from 'zod';
import { cachePoint, contentBlock, toolName } from './block-shape.ts';

const jsonObject = z.record(z.string(), z.unknown());
const nothing = z.strictObject({});
/** AWS' own bounds. */
const STOP_SEQUENCES_MAX = 2_500;
const METADATA_MAX_ENTRIES = 16;

const tool = z.strictObject({
  toolSpec: z
    .strictObject({
      name: toolName,
      description: z.string().min(1).optional(),
      inputSchema: z.strictObject({ json: z.looseObject({ type: z.literal('object') }) }),
      strict: z.boolean().optional(),
    })
    .optional(),
  cachePoint: cachePoint.optional(),
  systemTool: z.strictObject({ name: toolName }).optional(),
});

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html, closed: what it does not know is refused. */
export const converseShape = z.strictObject({
  messages: z.array(z.strictObject({ role: z.enum(['user', 'assistant']), content: z.array(contentBlock) })),
  system: z
    .array(
      z.strictObject({
        text: z.string().optional(),
        cachePoint: cachePoint.optional(),
        guardContent: z.unknown().optional(),
      }),
    )
    .optional(),
  inferenceConfig: z
    .strictObject({
      maxTokens: z.int().min(1).optional(),
      temperature: z.number().min(0).max(1).optional(),
      topP: z.number().min(0).max(1).optional(),
      stopSequences: z.array(z.string().min(1)).max(STOP_SEQUENCES_MAX).optional(),
    })
    .optional(),
  toolConfig: z
    .strictObject({
      tools: z.array(tool).min(1),
      toolChoice: z
        .strictObject({
          auto: nothing.optional(),
          any: nothing.optional(),
          tool: z.strictObject({ name: toolName }).optional(),
        })
        .optional(),
    })
    .optional(),
  outputConfig: z
    .strictObject({
      textFormat: z
        .strictObject({
          type: z.literal('json_schema'),
          structure: z.strictObject({
            jsonSchema: z.strictObject({
              schema: z.string(),
              name: z.string().optional(),
              description: z.string().optional(),
            }),
          }),
        })
        .optional(),
      effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).optional(),
    })
    .optional(),
  additionalModelRequestFields: jsonObject.optional(),
  additionalModelResponseFieldPaths: z.array(z.string().regex(/^\//).max(256)).max(10).optional(),
  guardrailConfig: jsonObject.optional(),
  promptVariables: jsonObject.optional(),
  requestMetadata: z
    .record(z.string().regex(/^[a-zA-Z0-9\s:_@$#=/+,-.]{1,256}$/), z.string().max(256))
    .refine((entries) => Object.keys(entries).length <= METADATA_MAX_ENTRIES)
    .optional(),
  performanceConfig: z.strictObject({ latency: z.enum(['standard', 'optimized']).optional() }).optional(),
  serviceTier: z.strictObject({ type: z.enum(['priority', 'default', 'flex', 'reserved']) }).optional(),
});

export type ConverseRequest = z.infer<typeof converseShape>;
export type ConverseMessage = ConverseRequest['messages'][number];
