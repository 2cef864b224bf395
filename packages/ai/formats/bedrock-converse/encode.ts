import type { ChatRequest, OutputForm } from '../../chat/chat-request.ts';
import type { Encoded, Target } from '../../format.ts';
import { RawJson, writeJson } from '../../json/write-json.ts';
import { asProviderTakes } from '../../translate/as-provider-takes.ts';
import { createUnplaced } from '../../translate/unplaced.ts';
import { type EncodedForm, encodeOutputForm } from '../anthropic-messages/output-form.ts';
import { createInputReader } from '../anthropic-messages/tool-input.ts';
import { createToolNames, type NameRule, nameOfTool } from '../tool-names.ts';
import type { Turn } from '../turn.ts';
import { cachePoint, keepLastPoints } from './cache-points.ts';
import { withCallsInWords } from './calls-in-words.ts';
import { createDocumentNames } from './document-names.ts';
import { encodeMessages } from './encode-messages.ts';
import { encodeInference, encodeTier, refuseUnplaced } from './encode-settings.ts';
import { encodeThinking } from './encode-thinking.ts';
import { type EncodedTools, encodeTools } from './encode-tools.ts';
import { type ModelTraits, traitsOf } from './model-traits.ts';

type Fields = Readonly<Record<string, unknown>>;

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolSpecification.html */
const nameRule: NameRule = {
  taken: /^[a-zA-Z0-9_-]{1,64}$/,
  charactersMax: 64,
  odd: /[^a-zA-Z0-9_-]/g,
  prefix: '',
  filler: '_',
};

/** A chat request as Converse's. The model, and whether it is a stream, stand in the URL. README.md lists what has a place. */
export function encodeConverseRequest(request: ChatRequest, target: Target): Encoded {
  const { settings } = request;
  const traits = traitsOf(target.model);
  const unplaced = createUnplaced(request, target);
  refuseUnplaced(request, unplaced);
  const names = createToolNames(request.tools.map(nameOfTool), nameRule);
  const { system, turns: spoken } = encodeMessages(request.messages, {
    traits,
    names,
    unplaced,
    documents: createDocumentNames(),
    readInput: createInputReader(),
  });
  const form = encodeOutputForm(request, formTraits(traits, settings.outputForm), unplaced);
  const tools = encodeTools(request, { traits, names, unplaced, jsonTool: form.tool });
  // Amazon takes blocks of calls only beside tools, and no choice that forbids to call those.
  const turns = tools.tools.length > 0 ? spoken : spoken.map(withCallsInWords);
  const bounds = {
    maxTokens: target.outputTokensMax,
    allowsBudget: tools.choice.kind !== 'forced' && allowsBudget(turns),
  };
  const thinking = encodeThinking(settings.reasoning, traits, bounds, unplaced);
  const inference = encodeInference(settings, traits, thinking.isOn, unplaced);
  const [listedTools = [], listedSystem = [], ...contents] = keepLastPoints([
    tools.tools,
    system.map(({ block }) => block),
    ...contentsOf(turns, settings.cacheMark, traits),
  ]);
  const body = {
    system: listedSystem.length > 0 ? listedSystem : undefined,
    messages: turns.map(({ role }, at) => ({ role, content: contents[at] })),
    inferenceConfig: { maxTokens: target.outputTokensMax, ...inference.config },
    toolConfig: listedTools.length > 0 ? { tools: listedTools, toolChoice: choiceOf(tools) } : undefined,
    additionalModelRequestFields: filled({ ...inference.fields, ...thinking.fields, ...choiceFields(tools) }),
    // Which of the sequences it was, Claude alone tells, where it is asked to.
    additionalModelResponseFieldPaths:
      traits.claude !== null && inference.config['stopSequences'] !== undefined
        ? [target.stream ? '/delta/stop_sequence' : '/stop_sequence']
        : undefined,
    serviceTier: encodeTier(settings, unplaced),
    outputConfig: filled({ textFormat: textFormat(form, settings.outputForm), effort: thinking.effort }),
  };
  return {
    body: writeJson(asProviderTakes(body, target, unplaced)),
    dropped: unplaced.dropped(),
    notes: { jsonToolName: form.tool?.name, wrappedTools: tools.wrapped, toolNames: names.changed() },
  };
}

/** A schema is the model's own matter where it can be: models of other makers keep to a format better than to a forced tool. */
function formTraits({ claude, forcedTools, takesOutputFormat }: ModelTraits, form: OutputForm | undefined) {
  const isFormatBetter = claude === null && takesOutputFormat && form?.kind === 'schema';
  return { takesForcedTools: forcedTools !== 'none' && !isFormatBetter, takesOutputFormat };
}

/** The blocks of each turn. A mark on the whole request stands behind its last block. */
function contentsOf(
  turns: readonly Turn[],
  mark: string | undefined,
  traits: ModelTraits,
): readonly (readonly unknown[])[] {
  return turns.map(({ entries }, at) => [
    ...entries.map(({ block }) => block),
    ...(at === turns.length - 1 ? cachePoint(mark, traits) : []),
  ]);
}

function choiceOf({ choice }: EncodedTools): Fields | undefined {
  return choice.kind === 'auto' || choice.kind === 'forced' ? choice.choice : undefined;
}

function choiceFields({ choice }: EncodedTools): Fields | undefined {
  return choice.kind === 'auto' || choice.kind === 'forced' ? choice.fields : undefined;
}

/** undefined: none of the fields has a value. */
function filled(fields: Fields): Fields | undefined {
  return Object.values(fields).some((value) => value !== undefined) ? fields : undefined;
}

/** A schema is a text here. */
function textFormat({ format }: EncodedForm, outputForm: OutputForm | undefined): Fields | undefined {
  if (format === null || outputForm?.kind !== 'schema') return undefined;
  const { name, description } = outputForm;
  const jsonSchema = { schema: writeJson(format['schema']), name, description };
  return { type: 'json_schema', structure: { jsonSchema } };
}

/** With a budget, Claude wants the thoughts of an unfinished turn back: of one whose tools were called, or that is begun. */
function allowsBudget(turns: readonly Turn[]): boolean {
  if (turns.at(-1)?.role === 'assistant') return false;
  const unfinished = turns.findLast(({ role }) => role === 'assistant');
  if (!unfinished?.entries.some(({ link }) => link === 'call')) return true;
  const first = unfinished.entries[0]?.block;
  return first !== undefined && !(first instanceof RawJson) && 'reasoningContent' in first;
}
