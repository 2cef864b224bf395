import type { ChatRequest } from '../../chat/chat-request.ts';
import type { Encoded, Target } from '../../format.ts';
import { writeJson } from '../../json/write-json.ts';
import { asProviderTakes } from '../../translate/as-provider-takes.ts';
import { createUnplaced } from '../../translate/unplaced.ts';
import { createToolNames, type NameRule, nameOfTool } from '../tool-names.ts';
import { encodeContents } from './encode-contents.ts';
import { encodeGeneration, refuseUnplaced } from './encode-settings.ts';
import { encodeThinking } from './encode-thinking.ts';
import { encodeTools } from './encode-tools.ts';
import { traitsOf } from './model-traits.ts';

/** https://ai.google.dev/api/caching#FunctionDeclaration */
const nameRule: NameRule = {
  taken: /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/,
  charactersMax: 64,
  odd: /[^a-zA-Z0-9_.:-]/g,
  prefix: '_',
  filler: '-',
};

/** A chat request as Gemini's. The model, and whether it is a stream, stand in the URL. README.md lists what has a place. */
export function encodeGeminiRequest(request: ChatRequest, target: Target): Encoded {
  const { settings } = request;
  const traits = traitsOf(target.model);
  const unplaced = createUnplaced(request, target);
  refuseUnplaced(request, unplaced);
  const names = createToolNames(request.tools.map(nameOfTool), nameRule);
  const { system, contents } = encodeContents(request.messages, { names, traits, unplaced });
  const tools = encodeTools(request, { names, unplaced });
  const body = {
    systemInstruction: system.length > 0 ? { parts: system } : undefined,
    contents: contents.map(({ role, parts }) => ({ role, parts })),
    ...tools.fields,
    generationConfig: {
      // Thoughts count in it as well.
      maxOutputTokens: target.outputTokensMax,
      ...encodeGeneration(settings, unplaced),
      thinkingConfig: encodeThinking(settings.reasoning, traits, unplaced),
    },
  };
  return {
    body: writeJson(asProviderTakes(body, target, unplaced)),
    dropped: unplaced.dropped(),
    notes: { wrappedTools: tools.wrapped, toolNames: names.changed() },
  };
}
