import { hash } from 'node:crypto';
import type { TextSample } from '#ai/answer-decoder.ts';

/** What is kept of an answer's text to compare it with another: nothing that it says. */
export interface TextPrint {
  /** Of the text without its white space. */
  readonly digest: string;
  /** With its white space. */
  readonly characters: number;
}

export const noText: TextPrint = printOf({ text: '', scale: 1 });

/** Of a long text, whose beginning alone is kept, the whole length goes into the digest. */
export function printOf({ text, scale }: TextSample): TextPrint {
  const characters = Math.round(text.length * scale);
  const solid = text.replace(/\s+/gu, '');
  return { digest: hash('sha256', scale === 1 ? solid : `${solid}\n${characters}`), characters };
}
