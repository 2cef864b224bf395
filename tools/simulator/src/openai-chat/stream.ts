import { usageUntil } from '../completion-usage.ts';
import { openAiErrorBody } from '../openai/error-body.ts';
import { logprobsOf } from '../openai/logprobs.ts';
import { type Dialect, dialectOf } from '../openai/usage-report.ts';
import type { Completion, StreamFrames } from '../wire.ts';
import { OPEN_AI_FINGERPRINT, toolCallId } from './completion.ts';

const FAILURE = 'The simulator was told to fail in the middle of this stream.';

/** The frames of a chat completion stream. What is the same in every chunk is made once, for this is the hot path. */
export function chatStreamFrames(completion: Completion): StreamFrames {
  const { answer, prompt, usage, script } = completion;
  const dialect = dialectOf(script);
  const head =
    `data: {"id":"chatcmpl-${completion.id}","object":"chat.completion.chunk",` +
    `"created":${Math.floor(completion.createdAtMs / 1000)},"model":${JSON.stringify(prompt.model)},` +
    `"service_tier":${JSON.stringify(script.serviceTier ?? 'default')},"system_fingerprint":"${OPEN_AI_FINGERPRINT}",`;
  const isOwnChunk = dialect.place === 'own-chunk' || dialect.place === 'zeros-after';
  const isUsageAsked = prompt.includeUsage && usage !== undefined;
  const isInEvery = dialect.place === 'every-chunk' && usage !== undefined;
  const plainTail = isUsageAsked && isOwnChunk ? '],"usage":null}\n\n' : ']}\n\n';
  const unfinished = script.repeatFinish === true ? `"${answer.finishReason}"` : isInEvery ? '""' : 'null';
  let sent = 0;

  const tail = (): string =>
    isInEvery
      ? `],"usage":${JSON.stringify(dialect.report(usageUntil(usage, sent, answer.piecesTotal)))}}\n\n`
      : plainTail;
  const chunk = (choice: number, delta: string, logprobs = 'null', finishReason = unfinished): string =>
    `${head}"choices":[{"index":${choice},"delta":${delta},"logprobs":${logprobs},"finish_reason":${finishReason}}${tail()}`;
  const forChoices = (render: (choice: number) => string): string => {
    let frames = '';
    for (let choice = 0; choice < prompt.choices; choice += 1) frames += render(choice);
    return frames;
  };
  /** Calls are counted by themselves, from 0. */
  const callIndexOf = (block: number): number =>
    answer.blocks.slice(0, block).filter(({ kind }) => kind === 'call').length;

  return {
    opening: () => forChoices((choice) => chunk(choice, '{"role":"assistant","content":"","refusal":null}')),
    blockStart: (block) => {
      const started = answer.blocks[block];
      if (started?.kind !== 'call') return '';
      const call = callIndexOf(block);
      const body =
        started.toolKind === 'custom'
          ? { type: 'custom', custom: { name: started.name, input: '' } }
          : { type: 'function', function: { name: started.name, arguments: '' } };
      return forChoices((choice) =>
        chunk(
          choice,
          JSON.stringify({ tool_calls: [{ index: call, id: toolCallId(completion, choice, call), ...body }] }),
        ),
      );
    },
    delta: (block, piece) => {
      sent += 1;
      const delta = deltaOf(completion, dialect, block, piece, callIndexOf);
      if (delta === undefined) return '';
      const said = answer.blocks[block];
      const logprobs =
        prompt.topLogprobs === undefined || said?.kind !== 'text'
          ? 'null'
          : JSON.stringify(logprobsOf([said.pieces[piece] ?? ''], prompt.topLogprobs));
      return forChoices((choice) => chunk(choice, delta, logprobs));
    },
    blockEnd: () => '',
    closing: () => closingOf(completion, dialect, { head, tail, forChoices }),
    terminator: () => 'data: [DONE]\n\n',
    error: () => `data: ${openAiErrorBody({ status: 500, message: script.errorText ?? FAILURE })}\n\n`,
    garbage: () => 'data: {"choices":[{"delta":<html>not what was asked for\n\n',
  };
}

function deltaOf(
  { answer }: Completion,
  { thoughtsField }: Dialect,
  block: number,
  piece: number,
  callIndexOf: (block: number) => number,
): string | undefined {
  const said = answer.blocks[block];
  const text = JSON.stringify(said?.pieces[piece] ?? '');
  switch (said?.kind) {
    case 'thought':
      return thoughtsField === undefined ? undefined : `{"${thoughtsField}":${text}}`;
    case 'call':
      return said.toolKind === 'custom'
        ? `{"tool_calls":[{"index":${callIndexOf(block)},"custom":{"input":${text}}}]}`
        : `{"tool_calls":[{"index":${callIndexOf(block)},"function":{"arguments":${text}}}]}`;
    default:
      return `{"content":${text}}`;
  }
}

interface Chunking {
  readonly head: string;
  tail(): string;
  forChoices(render: (choice: number) => string): string;
}

/** The chunks with the finish reasons, and the report of usage where the dialect has it. */
function closingOf(completion: Completion, dialect: Dialect, { head, tail, forChoices }: Chunking): string {
  const { answer, prompt, usage, script } = completion;
  const report = usage === undefined ? undefined : JSON.stringify(dialect.report(usage));
  const last = prompt.choices - 1;
  const finish = forChoices((choice) => {
    const isLast = choice === last && report !== undefined;
    const inChoice = isLast && dialect.place === 'choice' ? `,"usage":${report}` : '';
    const start = `${head}"choices":[{"index":${choice},"delta":{},"logprobs":null,"finish_reason":${JSON.stringify(answer.finishReason)}${inChoice}}`;
    if (isLast && dialect.place === 'finish-chunk') return `${start}],"usage":${report}}\n\n`;
    if (isLast && dialect.place === 'x_groq')
      return `${start}],"x_groq":{"id":"req_${completion.id}","usage":${report}}}\n\n`;
    return start + tail();
  });
  const isOwnChunk = dialect.place === 'own-chunk' || dialect.place === 'zeros-after';
  if (!isOwnChunk || !prompt.includeUsage || report === undefined) return finish;
  const choices =
    script.usageChoices === 'absent' ? '' : `"choices":${script.usageChoices === 'null' ? 'null' : '[]'},`;
  const zeros =
    dialect.place === 'zeros-after' ? `${head}"choices":[],"usage":${JSON.stringify(dialect.report({}))}}\n\n` : '';
  return `${finish}${head}${choices}"usage":${report}}\n\n${zeros}`;
}
