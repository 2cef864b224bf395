import { type AnswerScan, createAnswerScan } from '#ai/json/answer-scan.ts';
import { createByteStore } from '#ai/json/byte-store.ts';
import { HEARD_MAX_BYTES } from '#ai/sse/heard-max.ts';
import type { Usage } from '#ai/usage.ts';
import type { AnswerDecoder, AnswerStatus, WholeAnswer } from '../../ports.ts';
import { anthropicShape } from './answer-shape.ts';
import { readAnthropicAnswer } from './response.ts';

/** A translated answer is held whole. 128,000 tokens would be 4 MB if each letter were written as an escape. */
const ANSWER_MAX_BYTES = 16 * 1024 * 1024;

/**
 * A message in one document, translated when it is whole. A message that is too long for that is read to its end all
 * the same: the model has done its work, and the usage comes at the end.
 */
export function createAnthropicWholeDecoder(jsonToolName: string | null): AnswerDecoder {
  const held = createByteStore();
  let answer: Extract<WholeAnswer, { kind: 'answer' }> | null = null;
  let scan: AnswerScan<Usage> | null = null;
  let heardBytes = 0;
  let status: AnswerStatus = 'open';
  let isOver = false;

  function scanned(): AnswerScan<Usage> {
    if (scan) return scan;
    scan = createAnswerScan(anthropicShape);
    scan.push(held.bytes());
    return scan;
  }

  function end(as: AnswerStatus): void {
    status = as;
    isOver = true;
  }

  return {
    push(piece) {
      heardBytes += piece.length;
      if (status === 'too-long') {
        scanned().push(piece);
        isOver ||= heardBytes > HEARD_MAX_BYTES;
        return null;
      }
      held.append(piece);
      if (held.length() <= ANSWER_MAX_BYTES) return null;
      if (scanned().hasWork()) {
        status = 'too-long';
        held.take();
      } else end('invalid');
      return null;
    },
    end() {
      if (status === 'too-long') return end('too-long');
      const read = readAnthropicAnswer(held.bytes(), jsonToolName);
      if (read.kind === 'answer') answer = read;
      if (answer) end('whole');
      else if (scanned().status() !== 'open') end('invalid');
    },
    status: () => status,
    isOver: () => isOver,
    usage: () => (answer ?? { usage: scanned().usage() }).usage,
    isUsageFinal: () => true,
    hasWork: () => answer !== null || scanned().hasWork(),
    closing: () => answer?.body ?? Buffer.alloc(0),
    sample: () => (answer ?? scanned()).sample(),
  };
}
