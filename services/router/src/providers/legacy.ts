import type { TextSample } from '#ai/answer-decoder.ts';
import type { TokenUsage } from '#money/token-usage.ts';

export type { AnswerStatus, TextSample } from '#ai/answer-decoder.ts';

import type { AnswerStatus } from '#ai/answer-decoder.ts';

export type WholeAnswer =
  | {
      readonly kind: 'answer';
      readonly body: Buffer;
      readonly usage: TokenUsage | null;
      readonly sample: () => TextSample;
    }
  | { readonly kind: 'invalid' };

export interface AnswerDecoder {
  push(bytes: Buffer): Buffer | null;
  end(): void;
  readonly status: () => AnswerStatus;
  readonly isOver: () => boolean;
  readonly usage: () => TokenUsage | null;
  readonly isUsageFinal: () => boolean;
  readonly hasWork: () => boolean;
  readonly closing: () => Buffer;
  readonly sample: () => TextSample;
}
