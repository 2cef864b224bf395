import type { AnswerPart } from '../chat/answer-part.ts';

/** What a model generated of a part, as text to estimate its tokens by; empty: nothing. */
export function partText(part: AnswerPart): string {
  switch (part.type) {
    case 'text-delta':
    case 'refusal-delta':
    case 'reasoning-delta':
      return part.text;
    case 'tool-call-start':
      return part.name;
    case 'tool-call-delta':
      return part.input;
    case 'audio-delta':
      return part.transcript;
    default:
      return '';
  }
}

/** Whether a part shows that a model has begun to answer. */
export function isGenerated({ type }: AnswerPart): boolean {
  return type !== 'start' && type !== 'finish';
}
