import { textOfAnswer } from '../answer.ts';
import { openAiErrorBody } from '../openai/error-body.ts';
import { refuseOpenAiHeaders } from '../openai/refuse-headers.ts';
import { dialectOf } from '../openai/usage-report.ts';
import type { Completion, StreamFrames, Wire } from '../wire.ts';
import { readCompletionsPrompt } from './prompt.ts';

const FAILURE = 'The simulator was told to fail in the middle of this stream.';

/** OpenAI's completions, the form before chat. */
export const completionsWire: Wire = {
  name: 'openai-completions',
  requestIdHeader: 'x-request-id',
  longCacheUnit: 'cache_write_12h',
  refuseHeaders: refuseOpenAiHeaders,
  readPrompt: readCompletionsPrompt,
  errorBody: openAiErrorBody,
  completionBody: (completion) => {
    const { usage, script } = completion;
    return JSON.stringify({
      ...headOf(completion),
      choices: choicesOf(
        completion,
        `${echoOf(completion)}${textOfAnswer(completion.answer)}`,
        completion.answer.finishReason,
      ),
      ...(usage === undefined ? {} : { usage: dialectOf(script).report(usage) }),
    });
  },
  streamFrames: completionsStreamFrames,
};

function completionsStreamFrames(completion: Completion): StreamFrames {
  const { answer, prompt, usage, script } = completion;
  const isUsageAsked = prompt.includeUsage && usage !== undefined;
  const chunk = (fields: object): string => `data: ${JSON.stringify({ ...headOf(completion), ...fields })}\n\n`;
  const none = isUsageAsked ? { usage: null } : {};
  return {
    opening: () =>
      echoOf(completion) === '' ? '' : chunk({ choices: choicesOf(completion, echoOf(completion), null), ...none }),
    blockStart: () => '',
    delta: (block, piece) =>
      chunk({ choices: choicesOf(completion, answer.blocks[block]?.pieces[piece] ?? '', null), ...none }),
    blockEnd: () => '',
    closing: () => {
      const finish = chunk({ choices: choicesOf(completion, '', answer.finishReason), ...none });
      return isUsageAsked ? finish + chunk({ choices: [], usage: dialectOf(script).report(usage) }) : finish;
    },
    terminator: () => 'data: [DONE]\n\n',
    error: () => `data: ${openAiErrorBody({ status: 500, message: script.errorText ?? FAILURE })}\n\n`,
    garbage: () => 'data: {"choices":[{"text":<html>not what was asked for\n\n',
  };
}

function headOf(completion: Completion): object {
  return {
    id: `cmpl-${completion.id}`,
    object: 'text_completion',
    created: Math.floor(completion.createdAtMs / 1000),
    model: completion.prompt.model,
  };
}

function choicesOf({ prompt }: Completion, text: string, finishReason: string | null): readonly object[] {
  return Array.from({ length: prompt.choices }, (_, index) => ({
    text,
    index,
    logprobs: null,
    finish_reason: finishReason,
  }));
}

/** `echo` puts the prompt before the answer. */
function echoOf({ prompt }: Completion): string {
  return prompt.body['echo'] === true ? prompt.userText : '';
}
