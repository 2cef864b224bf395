import { asArray, asObject, parseObject } from '#kernel/json.ts';
import type { WholeAnswer } from '../legacy.ts';
import { choiceText } from './choice-text.ts';
import { readOpenAiUsage } from './openai-usage.ts';

/** An answer in one piece: parsed for its usage, passed on unchanged. */
export function readOpenAiAnswer(bytes: Buffer): WholeAnswer {
  const answer = parseObject(bytes.toString());
  if (!answer || !Array.isArray(answer['choices'])) return { kind: 'invalid' };
  return {
    kind: 'answer',
    body: bytes,
    usage: readOpenAiUsage(answer['usage']),
    sample: () => ({
      text: asArray(answer['choices'])
        .map((choice) => choiceText(asObject(asObject(choice)?.['message'])))
        .join('\n'),
      scale: 1,
    }),
  };
}
