import { asArray, isJsonObject, type JsonObject } from '#kernel/json.ts';

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const count: Check = (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const flag: Check = (value) => typeof value === 'boolean';
const list: Check = (value) => Array.isArray(value);
const oneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const orNone =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

type Shape = Readonly<Record<string, Check>>;

/** The fields of the SDK's `Response` that it does not mark as optional, and those that the gateway always writes. */
const response: Shape = {
  id: (value) => text(value) && /^resp_/.test(String(value)),
  object: oneOf('response'),
  created_at: count,
  error: orNull(isJsonObject),
  incomplete_details: orNull(isJsonObject),
  instructions: orNull((value) => text(value) || list(value)),
  metadata: orNull(isJsonObject),
  model: text,
  output: list,
  parallel_tool_calls: flag,
  temperature: orNull((value) => typeof value === 'number'),
  tool_choice: (value) => text(value) || isJsonObject(value),
  tools: list,
  top_p: orNull((value) => typeof value === 'number'),
  status: oneOf('completed', 'failed', 'in_progress', 'incomplete'),
  service_tier: oneOf('auto', 'default', 'flex', 'scale', 'priority', 'fast', 'ultrafast'),
  usage: orNull(isJsonObject),
};

const statuses = oneOf('in_progress', 'completed', 'incomplete');

const items: Readonly<Record<string, Shape>> = {
  message: { id: text, type: text, role: oneOf('assistant'), status: statuses, content: list },
  reasoning: { id: text, type: text, summary: list, content: orNone(list), encrypted_content: orNone(text) },
  function_call: { id: text, type: text, status: statuses, arguments: text, call_id: text, name: text },
  custom_tool_call: { id: text, type: text, status: statuses, input: text, call_id: text, name: text },
};

const parts: Readonly<Record<string, Shape>> = {
  output_text: { type: text, text, annotations: list, logprobs: list },
  refusal: { type: text, refusal: text },
  summary_text: { type: text, text },
  reasoning_text: { type: text, text },
};

/** Where a response is not as the SDK's types expect it. */
export function responseProblems(value: unknown): string[] {
  if (!isJsonObject(value)) return ['no object'];
  return [
    ...problemsOf(value, response, 'response'),
    ...asArray(value['output']).flatMap((item, at) => itemProblems(item, `output[${at}]`)),
  ];
}

function itemProblems(value: unknown, at: string): string[] {
  if (!isJsonObject(value)) return [`${at}: no object`];
  const shape = items[String(value['type'])];
  if (shape === undefined) return [];
  const inner = [...asArray(value['content']), ...asArray(value['summary'])];
  return [
    ...problemsOf(value, shape, at),
    ...inner.flatMap((part) => {
      if (!isJsonObject(part)) return [`${at}: a part is no object`];
      return problemsOf(part, parts[String(part['type'])] ?? { type: oneOf() }, at);
    }),
  ];
}

function problemsOf(object: JsonObject, shape: Shape, at: string): string[] {
  const wrong = Object.entries(shape).filter(([name, check]) => !check(object[name]));
  return wrong.map(([name]) => `${at}.${name}: ${JSON.stringify(object[name])}`);
}
