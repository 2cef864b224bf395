import type { JsonObject } from '#kernel/json.ts';
import type { Prompt, Tool, ToolChoice } from '../prompt.ts';
import { RequestProblem } from '../request-problem.ts';
import { checkGeminiShape } from './check-shape.ts';
import { checkContents } from './content-rules.ts';
import { camelCased } from './proto-names.ts';
import { type Content, type GenerateRequest, generateShape, type Part } from './request-shape.ts';

/** What the URL of a request says. */
export interface Addressed {
  readonly model: string;
  readonly stream: boolean;
}

/** Reads a request of Gemini's; throws a RequestProblem for what Google refuses. */
export function readGeminiPrompt(given: JsonObject, { model, stream }: Addressed): Prompt {
  const body = camelCased(given) as JsonObject;
  const request = checkGeminiShape(generateShape, body);
  checkContents(request.contents, isThird(model));
  checkGeneration(request, model);
  const { contents, systemInstruction, tools = [], generationConfig = {} } = request;
  const declared = tools.flatMap(({ functionDeclarations }) => functionDeclarations);
  const last = contents.at(-1);
  const results = (last?.parts ?? []).flatMap(({ functionResponse }) => functionResponse ?? []);
  const { thinkingConfig } = generationConfig;
  const toolCharacters = declared.length === 0 ? 0 : JSON.stringify(declared).length;
  const characters = [...contents, ...(systemInstruction === undefined ? [] : [systemInstruction])]
    .flatMap(({ parts }) => parts)
    .reduce((sum, part) => sum + charactersOf(part), toolCharacters);
  return {
    model,
    stream,
    includeUsage: true,
    size: { characters, messages: contents.length, images: imagesIn(contents) },
    userText: lastSaid(contents),
    turn: results.length > 0 ? 'tool' : last?.role === 'model' ? 'assistant' : 'user',
    toolResultText: results.map(({ response }) => textOf(response)).join('\n'),
    tools: declared.map(
      ({ name, parameters, parametersJsonSchema }): Tool => ({
        name,
        kind: 'function',
        schema: parametersJsonSchema ?? parameters,
      }),
    ),
    toolChoice: choiceOf(request, declared),
    format: formatOf(generationConfig),
    thinks: thinkingConfig?.includeThoughts === true,
    outputTokensMax: generationConfig.maxOutputTokens,
    choices: generationConfig.candidateCount ?? 1,
    topLogprobs: undefined,
    body,
  };
}

export function isThird(model: string): boolean {
  return /gemini-[3-9]/.test(model);
}

function checkGeneration({ generationConfig = {} }: GenerateRequest, model: string): void {
  const { responseSchema, responseJsonSchema, responseMimeType, thinkingConfig = {} } = generationConfig;
  if (responseSchema !== undefined && responseJsonSchema !== undefined) {
    throw new RequestProblem(400, 'Only one of response_schema and response_json_schema can be set.');
  }
  const hasSchema = responseSchema !== undefined || responseJsonSchema !== undefined;
  if (hasSchema && responseMimeType !== 'application/json') {
    throw new RequestProblem(400, 'response_schema is only supported with response_mime_type application/json.');
  }
  const { thinkingLevel, thinkingBudget } = thinkingConfig;
  if (thinkingLevel !== undefined && !isThird(model)) {
    throw new RequestProblem(400, 'Thinking level is not supported for this model.');
  }
  if (thinkingLevel !== undefined && thinkingBudget !== undefined) {
    throw new RequestProblem(400, 'You can only set one of thinking budget and thinking level.');
  }
  if (thinkingBudget === 0 && model.includes('-pro')) {
    throw new RequestProblem(400, 'Budget 0 is invalid. This model only works in thinking mode.');
  }
}

function choiceOf({ toolConfig }: GenerateRequest, declared: readonly { readonly name: string }[]): ToolChoice {
  const { mode = 'AUTO', allowedFunctionNames = [] } = toolConfig?.functionCallingConfig ?? {};
  const unknown = allowedFunctionNames.find((name) => !declared.some((each) => each.name === name));
  if (unknown !== undefined)
    throw new RequestProblem(400, `allowed_function_names: no function '${unknown}' is declared.`);
  if (allowedFunctionNames.length > 0 && mode !== 'ANY' && mode !== 'VALIDATED') {
    throw new RequestProblem(400, 'Allowed function names should only be set when the mode is ANY or VALIDATED.');
  }
  if (mode === 'NONE') return { kind: 'none' };
  const [name] = allowedFunctionNames;
  return name === undefined ? { kind: 'auto' } : { kind: 'named', name };
}

function formatOf({
  responseMimeType,
  responseSchema,
  responseJsonSchema,
}: NonNullable<GenerateRequest['generationConfig']>) {
  const schema = responseJsonSchema ?? responseSchema;
  if (schema !== undefined) return { kind: 'schema', schema } as const;
  return { kind: responseMimeType === 'application/json' ? 'json' : 'text' } as const;
}

function lastSaid(contents: readonly Content[]): string {
  const said = contents.findLast(
    ({ role, parts }) => role !== 'model' && parts.some(({ text }) => text !== undefined && text !== ''),
  );
  return (said?.parts ?? []).flatMap(({ text }) => text ?? []).join('\n');
}

function textOf(response: JsonObject): string {
  const output = response['output'];
  return typeof output === 'string' ? output : JSON.stringify(response);
}

function charactersOf({ text, functionCall, functionResponse }: Part): number {
  if (text !== undefined) return text.length;
  if (functionCall !== undefined) return JSON.stringify(functionCall).length;
  return functionResponse === undefined ? 0 : textOf(functionResponse.response).length;
}

function imagesIn(contents: readonly Content[]): number {
  const parts = contents.flatMap((content) => content.parts);
  return parts.filter(({ inlineData }) => inlineData?.mimeType.startsWith('image/') === true).length;
}
