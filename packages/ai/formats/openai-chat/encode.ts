import type { ChatRequest } from '../../chat/chat-request.ts';
import { toldInstead, untakenFields } from '../../field-rules.ts';
import type { Encoded, ProviderRules, Target } from '../../format.ts';
import { writeJson } from '../../json/write-json.ts';
import { createUnplaced } from '../../translate/unplaced.ts';
import { boundFor, isOwnField } from './bounds.ts';
import { settingFields } from './decode-settings.ts';
import { encodeMessages } from './encode-messages.ts';
import { encodeSettings } from './encode-settings.ts';
import { encodeTools } from './encode-tools.ts';
import type { Encoding, Fields } from './encoding.ts';
import { createToolNames } from './tool-names.ts';

/** A canonical request for a provider that speaks chat. Throws `NoPlace` for what has none there. */
export function encodeChat(request: ChatRequest, target: Target): Encoded {
  const unplaced = createUnplaced(request, target);
  const encoding: Encoding = { target, unplaced, names: createToolNames(), wrapped: new Set() };
  const { rules, stream } = target;
  const fields: Fields = { model: target.model };
  // The tools before the messages, which name them.
  const tools = encodeTools(request.tools, request.settings.toolChoice, encoding);
  fields['messages'] = encodeMessages(request.messages, encoding);
  Object.assign(fields, tools, encodeSettings(request, encoding));
  for (const [name, json] of request.others) {
    unplaced.leaveOut(name, `a provider of chat does not know it: ${json.slice(0, JSON_TOLD_CHARACTERS)}`);
  }
  const { prediction } = request.settings;
  const asked = prediction === undefined ? {} : { prediction: JSON.parse(prediction) };
  fields[rules.maxTokensField] = boundFor(asked, target);
  if (stream) fields['stream'] = true;
  if (stream && rules.takesStreamOptions) fields['stream_options'] = { include_usage: true };
  const body = writeJson(fitted(fields, encoding));
  return {
    body,
    dropped: unplaced.dropped(),
    notes: {
      wrappedTools: encoding.wrapped.size > 0 ? encoding.wrapped : undefined,
      toolNames: encoding.names.changed(),
    },
  };
}

/** How much of a value is told where it has no place. */
const JSON_TOLD_CHARACTERS = 100;

/** The fields by the provider's own names and values, without those that it does not take. */
function fitted(fields: Fields, { target, unplaced }: Encoding): Fields {
  const { rules } = target;
  for (const { field, why } of untakenFields(rules, fields)) {
    unplaced.leaveOut(settingOf(field), why);
    delete fields[field];
  }
  for (const [field, instead] of toldInstead(rules, fields)) {
    if (typeof instead === 'string') fields[field] = instead;
    else {
      delete fields[field];
      Object.assign(fields, instead);
    }
  }
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [nameAt(rules, name), value]));
}

/** The setting that a field says, by which a client of another format reads its own name; the field where it says none. */
function settingOf(field: string): string {
  const found = Object.entries(settingFields).find(([, names]) => (names as readonly string[]).includes(field));
  return found?.[0] ?? field;
}

function nameAt({ renamed }: ProviderRules, field: string): string {
  const name = Object.hasOwn(renamed, field) ? renamed[field] : undefined;
  return name === undefined || isOwnField(field) || isOwnField(name) ? field : name;
}
