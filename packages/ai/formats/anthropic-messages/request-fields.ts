import { type FieldTree, fieldTree, leaves } from '../../ask/field-tree.ts';
import { unpricedFieldNames } from './unpriced-fields.ts';

const cacheControl = fieldTree(leaves('type', 'ttl'));

/** `content` holds blocks, whose own content is not read for its spelling: they are those of a tool's result. */
function block(content: FieldTree | null): FieldTree {
  return fieldTree(
    {
      ...leaves('type', 'text', 'id', 'name', 'input', 'tool_use_id', 'is_error', 'file_id'),
      source: fieldTree(leaves('type', 'media_type', 'data', 'url', 'file_id', 'content')),
      content,
      cache_control: cacheControl,
    },
    ['thinking', 'signature', 'citations', 'caller', 'title', 'context', 'toolset_name', 'encrypted_content'],
  );
}

// Its schema, as everything a client gives a shape of its own, is nobody's to read.
const tool = fieldTree(
  { ...leaves('type', 'name', 'input_schema', 'max_uses', 'max_content_tokens'), cache_control: cacheControl },
  ['description', 'strict', 'defer_loading', 'eager_input_streaming', 'input_examples', 'allowed_callers'],
);

/** A request's own fields that the gateway goes by, and from there on down. */
export const requestFields: FieldTree = fieldTree(
  {
    ...leaves('model', 'max_tokens', 'stream', 'service_tier', 'speed', ...unpricedFieldNames),
    system: block(null),
    messages: fieldTree({ role: null, content: block(block(null)) }),
    tools: tool,
    tool_choice: fieldTree(leaves('type', 'name', 'disable_parallel_tool_use')),
    thinking: fieldTree(leaves('type', 'budget_tokens'), ['display']),
    metadata: null,
    cache_control: cacheControl,
  },
  ['temperature', 'top_p', 'top_k', 'stop_sequences', 'output_config', 'diagnostics'],
);
