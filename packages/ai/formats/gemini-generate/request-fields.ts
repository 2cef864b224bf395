import { type FieldTree, fieldTree } from '../../ask/field-tree.ts';
import { protoName } from './fields.ts';

type Tree = Readonly<Record<string, FieldTree | null>>;

/** Each field by both of its names. */
export function protoFields(of: Tree, ...names: readonly string[]): FieldTree {
  const both: Record<string, FieldTree | null> = {};
  for (const [name, inner] of [...Object.entries(of), ...names.map((name) => [name, null] as const)]) {
    both[name] = inner;
    both[protoName(name)] = inner;
  }
  return fieldTree(both);
}

const part = protoFields(
  { inlineData: protoFields({}, 'mimeType', 'data'), fileData: protoFields({}, 'mimeType', 'fileUri') },
  ...[
    'text',
    'thought',
    'thoughtSignature',
    'functionCall',
    'functionResponse',
    'executableCode',
    'codeExecutionResult',
  ],
);

const content = protoFields({ parts: part }, 'role');

export const generationFields = [
  ...[
    'maxOutputTokens',
    'candidateCount',
    'responseModalities',
    'responseMimeType',
    'responseSchema',
    'responseJsonSchema',
  ],
  ...[
    'temperature',
    'topP',
    'topK',
    'stopSequences',
    'seed',
    'presencePenalty',
    'frequencyPenalty',
    'responseLogprobs',
  ],
  ...['logprobs', 'thinkingConfig', 'speechConfig', 'mediaResolution'],
] as const;

export const topFields = [
  ...['contents', 'systemInstruction', 'tools', 'toolConfig', 'generationConfig', 'safetySettings', 'cachedContent'],
  ...['labels', 'serviceTier'],
] as const;

/** A request's own fields that the gateway goes by, and from there on down. */
export const requestFields: FieldTree = protoFields(
  {
    contents: content,
    systemInstruction: content,
    generationConfig: protoFields({}, ...generationFields),
    toolConfig: protoFields({ functionCallingConfig: protoFields({}, 'mode', 'allowedFunctionNames') }),
  },
  ...['model', 'tools', 'safetySettings', 'cachedContent', 'labels', 'serviceTier'],
);
