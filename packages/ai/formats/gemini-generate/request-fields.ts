import { type FieldTree, fieldTree } from '../../ask/field-tree.ts';
import { protoName } from './fields.ts';

type Tree = Readonly<Record<string, FieldTree | null>>;

/** Each field by both of its names. */
function fields(of: Tree, ...names: readonly string[]): FieldTree {
  const both: Record<string, FieldTree | null> = {};
  for (const [name, inner] of [...Object.entries(of), ...names.map((name) => [name, null] as const)]) {
    both[name] = inner;
    both[protoName(name)] = inner;
  }
  return fieldTree(both);
}

const part = fields(
  { inlineData: fields({}, 'mimeType', 'data'), fileData: fields({}, 'mimeType', 'fileUri') },
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

const content = fields({ parts: part }, 'role');

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
export const requestFields: FieldTree = fields(
  {
    contents: content,
    systemInstruction: content,
    generationConfig: fields({}, ...generationFields),
    toolConfig: fields({ functionCallingConfig: fields({}, 'mode', 'allowedFunctionNames') }),
  },
  ...['model', 'tools', 'safetySettings', 'cachedContent', 'labels', 'serviceTier'],
);
