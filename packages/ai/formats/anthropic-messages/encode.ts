import type { ChatRequest } from '../../chat/chat-request.ts';
import type { Encoded, Target } from '../../format.ts';
import { RawJson, writeJson } from '../../json/write-json.ts';
import { asProviderTakes } from '../../translate/as-provider-takes.ts';
import { createUnplaced } from '../../translate/unplaced.ts';
import { createToolNames, type NameRule, nameOfTool } from '../tool-names.ts';
import type { Turn } from '../turn.ts';
import { encodeCacheMark } from './cache-mark.ts';
import { keepLastMarks } from './cache-marks.ts';
import { encodeMessages } from './encode-messages.ts';
import { encodeSampling } from './encode-sampling.ts';
import { encodeSettings, refuseUnplaced } from './encode-settings.ts';
import { encodeThinking } from './encode-thinking.ts';
import { encodeTools } from './encode-tools.ts';
import { traitsOf } from './model-traits.ts';
import { encodeOutputForm } from './output-form.ts';
import { createInputReader } from './tool-input.ts';

/** What Anthropic takes. */
const nameRule: NameRule = {
  taken: /^[a-zA-Z0-9_-]{1,128}$/,
  charactersMax: 128,
  odd: /[^a-zA-Z0-9_-]/g,
  prefix: '',
  filler: '_',
};

/** A chat request as a Messages request. README.md lists what has a place, and what is passed over. */
export function encodeMessagesRequest(request: ChatRequest, target: Target): Encoded {
  const { settings } = request;
  const traits = traitsOf(target.model);
  const unplaced = createUnplaced(request, target);
  refuseUnplaced(request, unplaced);
  const names = createToolNames(request.tools.map(nameOfTool), nameRule);
  const { system, turns } = encodeMessages(request.messages, traits, {
    names,
    unplaced,
    readInput: createInputReader(),
  });
  const form = encodeOutputForm(request, traits, unplaced);
  const tools = encodeTools(request, { traits, names, unplaced, jsonTool: form.tool, called: calledIn(turns) });
  const { thinking, effort, isOn, isLeftOut } = encodeThinking(settings.reasoning, traits, {
    maxTokens: target.outputTokensMax,
    allowsBudget: !tools.isForced && allowsBudget(turns),
  });
  if (isLeftOut) unplaced.tell('reasoning');
  const outputConfig = { effort, format: form.format ?? undefined };
  const cacheControl = encodeCacheMark(settings.cacheMark);
  const body = {
    model: target.model,
    max_tokens: target.outputTokensMax,
    stream: target.stream ? true : undefined,
    system: system.length > 0 ? system.map(({ block }) => block) : undefined,
    messages: turns.map(({ role, entries }) => ({ role, content: entries.map(({ block }) => block) })),
    ...tools.fields,
    thinking,
    output_config: effort !== undefined || form.format ? outputConfig : undefined,
    ...encodeSampling(settings, traits, isOn, unplaced),
    ...encodeSettings(settings, unplaced),
    cache_control: cacheControl,
  };
  keepLastMarks(tools.fields['tools'], { system, turns }, cacheControl !== undefined);
  return {
    body: writeJson(asProviderTakes(body, target, unplaced)),
    dropped: unplaced.dropped(),
    notes: { jsonToolName: form.tool?.name, wrappedTools: tools.wrapped, toolNames: names.changed() },
  };
}

/** The names of the tools that the conversation has calls of, as they are sent. */
function calledIn(turns: readonly Turn[]): ReadonlySet<unknown> {
  const called = new Set<unknown>();
  for (const { entries } of turns) {
    for (const { block, link } of entries) {
      if (link === 'call' && !(block instanceof RawJson)) called.add(block['name']);
    }
  }
  return called;
}

/**
 * With a budget, the API wants the thoughts of an unfinished turn back: of one whose tools were called and that has not
 * answered yet, and of one that the client has begun.
 */
function allowsBudget(turns: readonly Turn[]): boolean {
  const last = turns.at(-1);
  if (last?.role === 'assistant') return false;
  const unfinished = turns.findLast(({ role }) => role === 'assistant');
  if (!unfinished?.entries.some(({ link }) => link === 'call')) return true;
  const first = unfinished.entries[0]?.block;
  return !(first instanceof RawJson) && (first?.['type'] === 'thinking' || first?.['type'] === 'redacted_thinking');
}
