import { z } from 'zod';

const jsonObject = z.record(z.string(), z.unknown());

const partShape = z.strictObject({
  text: z.string().optional(),
  thought: z.boolean().optional(),
  // Bytes, or the word that stands for none.
  thoughtSignature: z
    .string()
    .regex(/^[A-Za-z0-9+/_=-]+$/)
    .optional(),
  inlineData: z.strictObject({ mimeType: z.string().min(1), data: z.base64() }).optional(),
  fileData: z.strictObject({ mimeType: z.string().optional(), fileUri: z.string() }).optional(),
  functionCall: z.strictObject({ id: z.string().optional(), name: z.string(), args: jsonObject.optional() }).optional(),
  functionResponse: z
    .strictObject({
      id: z.string().optional(),
      name: z.string(),
      response: jsonObject,
      parts: z.array(z.unknown()).optional(),
    })
    .optional(),
});

const contentShape = z.strictObject({ role: z.enum(['user', 'model']).optional(), parts: z.array(partShape).min(1) });

/** https://ai.google.dev/api/caching#FunctionDeclaration */
const functionShape = z.strictObject({
  name: z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/),
  description: z.string(),
  parameters: jsonObject.optional(),
  parametersJsonSchema: jsonObject.optional(),
});

const generationShape = z.strictObject({
  maxOutputTokens: z.int().min(1).optional(),
  temperature: z.number().min(0).max(2).optional(),
  topP: z.number().min(0).max(1).optional(),
  topK: z.int().min(1).optional(),
  seed: z.int().optional(),
  candidateCount: z.int().min(1).max(8).optional(),
  presencePenalty: z.number().min(-2).max(2).optional(),
  frequencyPenalty: z.number().min(-2).max(2).optional(),
  stopSequences: z.array(z.string().min(1)).max(5).optional(),
  responseMimeType: z.enum(['text/plain', 'application/json', 'text/x.enum']).optional(),
  responseSchema: jsonObject.optional(),
  responseJsonSchema: jsonObject.optional(),
  responseModalities: z.array(z.enum(['TEXT', 'IMAGE', 'AUDIO'])).optional(),
  mediaResolution: z.string().optional(),
  thinkingConfig: z
    .strictObject({
      includeThoughts: z.boolean().optional(),
      thinkingBudget: z.int().min(-1).max(32_768).optional(),
      thinkingLevel: z
        .string()
        .transform((level) => level.toLowerCase())
        .pipe(z.enum(['minimal', 'low', 'medium', 'high']))
        .optional(),
    })
    .optional(),
});

/** A request of Gemini's, closed as the real API is: an unknown field is refused. */
export const generateShape = z.strictObject({
  model: z.string().optional(),
  contents: z.array(contentShape).min(1),
  systemInstruction: z.strictObject({ role: z.string().optional(), parts: z.array(partShape) }).optional(),
  tools: z.array(z.strictObject({ functionDeclarations: z.array(functionShape).min(1) })).optional(),
  toolConfig: z
    .strictObject({
      functionCallingConfig: z
        .strictObject({
          mode: z.enum(['AUTO', 'ANY', 'NONE', 'VALIDATED']).optional(),
          allowedFunctionNames: z.array(z.string()).optional(),
        })
        .optional(),
    })
    .optional(),
  generationConfig: generationShape.optional(),
  safetySettings: z.array(z.strictObject({ category: z.string(), threshold: z.string() })).optional(),
});

export type GenerateRequest = z.infer<typeof generateShape>;
export type Part = z.infer<typeof partShape>;
export type Content = GenerateRequest['contents'][number];
