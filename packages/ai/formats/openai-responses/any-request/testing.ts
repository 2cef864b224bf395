import fc from 'fast-check';
import type { ChatRequest, ChatSettings, ChatTool } from '../../../chat/chat-request.ts';
import type { AssistantPart, ChatMessage, TextPart, UserPart } from '../../../chat/content.ts';

const text = fc.string({ minLength: 1, unit: 'grapheme' });
const name = fc.stringMatching(/^[a-zA-Z0-9_-]{1,20}$/);
const id = fc.stringMatching(/^[a-zA-Z0-9_:.-]{1,60}$/);
const bytes = fc.base64String({ minLength: 4 });
const mark = fc.constantFrom('{"mode":"explicit"}', '{"mode":"explicit","ttl":"12h"}');
const json = fc.constantFrom(
  '{"type":"object"}',
  '{"type":"object","properties":{"n":{"const":12345678901234567890}}}',
);

const some = <T>(
  values: Readonly<Record<string, fc.Arbitrary<unknown>>>,
  keys: Readonly<Record<string, fc.Arbitrary<unknown>>> = {},
) => fc.record({ ...values, ...keys }, { requiredKeys: Object.keys(values), noNullPrototype: true }) as fc.Arbitrary<T>;

const textPart = some<TextPart>({ type: fc.constant('text'), text }, { cacheMark: mark });

const imagePart = some<Extract<UserPart, { type: 'image' }>>(
  {
    type: fc.constant('image'),
    source: fc.oneof(
      some({ kind: fc.constant('base64'), mediaType: fc.constantFrom('image/png', 'image/jpeg'), data: bytes }),
      some({ kind: fc.constant('url'), url: fc.webUrl() }),
    ),
    detail: fc.constantFrom('auto', 'low', 'high'),
  },
  { cacheMark: mark },
);

const filePart = some<Extract<UserPart, { type: 'file' }>>(
  {
    type: fc.constant('file'),
    source: some({
      kind: fc.constant('base64'),
      mediaType: fc.constantFrom('application/pdf', 'text/plain'),
      data: bytes,
    }),
    fileName: text,
  },
  { cacheMark: mark },
);

const audioPart = some<Extract<UserPart, { type: 'audio' }>>({
  type: fc.constant('audio'),
  encoding: fc.constantFrom('mp3', 'wav'),
  data: bytes,
});

const contents: fc.Arbitrary<UserPart[]> = fc.array(fc.oneof(textPart, imagePart, filePart, audioPart), {
  minLength: 1,
  maxLength: 4,
});

const userMessage: fc.Arbitrary<ChatMessage> = contents.map((content) => ({ role: 'user', content, at: '' }));

const systemMessage: fc.Arbitrary<ChatMessage> = fc
  .tuple(fc.constantFrom('system' as const, 'developer' as const), fc.array(textPart, { minLength: 1, maxLength: 3 }))
  .map(([spelling, content]) => ({ role: 'system', spelling, content, at: '' }));

const callOf = (kind: 'function' | 'custom') =>
  some<Extract<AssistantPart, { type: 'tool-call' }>>(
    { type: fc.constant('tool-call'), id, name, kind: fc.constant(kind), input: fc.string() },
    { itemId: id.map((rest) => `${kind === 'function' ? 'fc' : 'ctc'}_${rest}`) },
  );

const thought: fc.Arbitrary<AssistantPart[]> = fc
  .tuple(fc.array(text, { maxLength: 3 }), bytes, id)
  .map(([said, value, rest]) => {
    const of = { type: 'reasoning', id: `rs_${rest}` } as const;
    const parts: Extract<AssistantPart, { type: 'reasoning' }>[] = said.map((piece) => ({
      ...of,
      text: piece,
      isSummary: true,
    }));
    const last = parts.pop() ?? { ...of, text: '' };
    return [...parts, { ...last, proof: { format: 'openai-responses', kind: 'encrypted', value } }];
  });

const answerText = textPart.map(({ text: said }): AssistantPart => ({ type: 'text', text: said }));
const refusal = text.map((said): AssistantPart => ({ type: 'refusal', text: said }));
const foreign = fc.constantFrom('web_search_call', 'shell_call').map(
  (what): AssistantPart => ({
    type: 'foreign',
    format: 'openai-responses',
    what,
    json: `{"type":"${what}","n":12345678901234567890}`,
  }),
);

const answerMessage: fc.Arbitrary<ChatMessage> = fc
  .tuple(
    fc.array(
      fc.oneof(
        thought,
        fc.oneof(answerText, refusal, foreign, callOf('function'), callOf('custom')).map((part) => [part]),
      ),
      { minLength: 1, maxLength: 4 },
    ),
    fc.constantFrom(undefined, 'commentary', 'final_answer'),
  )
  .map(([parts, phase]) => {
    const content = parts.flat();
    // The phase is a message's: a turn of calls alone has none.
    const hasMessage = content.some(({ type }) => type === 'text' || type === 'refusal');
    return { role: 'assistant', content, at: '', ...(phase !== undefined && hasMessage ? { phase } : {}) };
  });

const resultMessage: fc.Arbitrary<ChatMessage> = fc
  .array(
    some<Extract<UserPart, { type: 'tool-result' }>>({
      type: fc.constant('tool-result'),
      callId: id,
      kind: fc.constantFrom('function', 'custom'),
      content: fc.array(fc.oneof(textPart, imagePart, filePart), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((content) => ({ role: 'user', content, at: '' }));

/** A conversation in which no two turns are one: those of a model, and those of results, do not follow each other. */
const messages = fc
  .array(fc.tuple(userMessage, fc.option(systemMessage), fc.option(answerMessage), fc.option(resultMessage)), {
    minLength: 1,
    maxLength: 3,
  })
  .chain((turns) =>
    fc
      .option(systemMessage)
      .map((first): ChatMessage[] => [
        ...(first ? [first] : []),
        ...turns.flatMap((turn) => turn.filter((message) => message !== null)),
      ]),
  );

const tool: fc.Arbitrary<ChatTool> = fc.oneof(
  some<ChatTool>({ kind: fc.constant('function'), name, schema: json, isStrict: fc.boolean() }, { description: text }),
  some<ChatTool>(
    { kind: fc.constant('custom'), name },
    { description: text, grammar: fc.constant('{"type":"grammar","syntax":"lark","definition":"start: A"}') },
  ),
);

const settings = some<ChatSettings>(
  {},
  {
    temperature: fc.double({ min: 0, max: 2, noNaN: true }).map((value) => Math.abs(Number(value.toFixed(3)))),
    topP: fc.constantFrom(0.1, 0.95),
    reasoning: some(
      { effort: fc.constantFrom('none', 'low', 'max') },
      { summary: fc.constantFrom('auto', 'detailed') },
    ),
    verbosity: fc.constantFrom('low', 'high'),
    outputForm: fc.oneof(
      fc.constantFrom({ kind: 'text' }, { kind: 'json' }),
      some({ kind: fc.constant('schema'), name, schema: json }, { description: text, isStrict: fc.boolean() }),
    ),
    endUser: id,
    metadata: fc.constant('{"a":"b"}'),
    serviceTier: fc.constantFrom('auto', 'default', 'flex', 'priority'),
    promptCacheKey: id,
  },
);

/** Settings that are said only where there are tools. */
const toolSettings = (tools: readonly ChatTool[]): fc.Arbitrary<ChatSettings> => {
  const chosen = tools.flatMap((offered) => (offered.kind === 'hosted' ? [] : [offered]));
  if (chosen.length === 0) return fc.constant({});
  return some<ChatSettings>(
    {},
    {
      isParallelToolUse: fc.boolean(),
      toolChoice: fc.oneof(
        fc.constantFrom({ kind: 'none' }, { kind: 'auto' }, { kind: 'required' }),
        fc.constantFrom(...chosen).map((one) => ({ kind: 'tool', name: one.name, toolKind: one.kind })),
        fc
          .subarray(chosen, { minLength: 1 })
          .map((all) => ({ kind: 'allowed', mode: 'auto', names: all.map((one) => one.name) })),
      ),
    },
  );
};

/** Any request whose every part has a place in this format. */
export const anyRequest: fc.Arbitrary<ChatRequest> = fc
  .tuple(
    messages,
    fc.uniqueArray(tool, { maxLength: 3, selector: (one) => (one.kind === 'hosted' ? '' : one.name) }),
    settings,
  )
  .chain(([conversation, tools, said]) =>
    toolSettings(tools).map((ofTools) => ({
      messages: conversation,
      tools,
      settings: { ...said, ...ofTools },
      others: new Map(),
      spelling: {},
    })),
  );
