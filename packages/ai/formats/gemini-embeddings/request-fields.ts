import type { FieldTree } from '../../ask/field-tree.ts';
import { protoFields } from '../gemini-generate/request-fields.ts';

const settings = ['taskType', 'title', 'outputDimensionality'] as const;

export const configFields = [...settings, 'autoTruncate', 'documentOcr', 'audioTrackExtraction'] as const;

/** Fields of a request that stand there by either of two names. */
export const itemFields = [...settings, 'embedContentConfig'] as const;

const item = {
  content: protoFields({ parts: protoFields({}, 'text') }, 'role'),
  embedContentConfig: protoFields({}, ...configFields),
};

/** The fields that the gateway goes by, of both calls. */
export const requestFields: FieldTree = protoFields(
  { ...item, requests: protoFields(item, 'model', ...settings) },
  'model',
  ...settings,
);
