import type { ChatRequest } from '../../chat/chat-request.ts';
import type { Encoded, ProviderRules, Target } from '../../format.ts';
import { writeJson } from '../../json/write-json.ts';
import { createUnplaced, type Unplaced } from '../../translate/unplaced.ts';
import { encodeInput } from './encode-input.ts';
import { encodeSettings } from './encode-settings.ts';
import { encodeToolChoice, encodeTools } from './encode-tools.ts';
import type { EncodedField } from './encoded-field.ts';
import { createToolNames, type ToolNames } from './tool-names.ts';

/** A request for a provider that speaks this format. The gateway keeps responses itself, so the provider keeps none. */
export function encodeResponses(request: ChatRequest, target: Target): Encoded {
  const unplaced = createUnplaced(request, target);
  for (const name of request.others.keys()) {
    if (!harmlessOthers.has(name)) unplaced.leaveOut(name, 'Responses has no such field');
  }
  const names = createToolNames(request);
  const { instructions, input } = encodeInput(request.messages, { unplaced, names });
  const tools = encodeTools(request.tools, names, unplaced);
  const fields: EncodedField[] = [
    { name: 'model', setting: null, value: target.model },
    { name: 'input', setting: null, value: input },
    { name: 'instructions', setting: null, value: instructions },
    { name: 'max_output_tokens', setting: null, value: target.outputTokensMax },
    { name: 'store', setting: null, value: false },
    { name: 'stream', setting: null, value: target.stream ? true : undefined },
    { name: 'tools', setting: 'tools', value: tools },
    // Without tools they say nothing, and some servers refuse them.
    ...(tools === undefined ? [] : toolFields(request, names)),
    ...encodeSettings(request, unplaced, target.model),
  ];
  const body = writeJson(bodyOf(fields, target.rules, unplaced));
  return { body, dropped: unplaced.dropped(), notes: { toolNames: names.notes() } };
}

function toolFields(request: ChatRequest, names: ToolNames): EncodedField[] {
  return [
    { name: 'tool_choice', setting: 'toolChoice', value: encodeToolChoice(request, names) },
    { name: 'parallel_tool_calls', setting: 'isParallelToolUse', value: request.settings.isParallelToolUse },
  ];
}

/** Fields of other formats that only help a provider or say what the gateway does itself. */
const harmlessOthers: ReadonlySet<string> = new Set(['store', 'stream_options', 'prompt_cache_retention', 'user']);

function bodyOf(fields: readonly EncodedField[], rules: ProviderRules, unplaced: Unplaced) {
  const body: Record<string, unknown> = {};
  for (const { name, setting, value } of fields) {
    if (value === undefined) continue;
    if (setting !== null && rules.refused.includes(name)) unplaced.leaveOut(setting, `the provider refuses '${name}'`);
    else body[rules.renamed[name] ?? name] = value;
  }
  return body;
}
