import fc from 'fast-check';
import type { AnswerPart } from '../../../chat/answer-part.ts';

const text = fc.string({ minLength: 1, unit: 'grapheme' });

const texts = (type: 'text-delta' | 'refusal-delta') =>
  fc.array(
    text.map((said): AnswerPart => ({ type, choice: 0, text: said })),
    { minLength: 1, maxLength: 3 },
  );

const summary = fc
  .array(fc.array(text, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 })
  .map((pieces) =>
    pieces.flatMap((piece, summaryIndex) =>
      piece.map((said): AnswerPart => ({ type: 'reasoning-delta', choice: 0, text: said, summaryIndex })),
    ),
  );

const thought = text.map((said): AnswerPart[] => [{ type: 'reasoning-delta', choice: 0, text: said }]);

const proof = fc
  .constantFrom(
    { format: 'openai-responses', kind: 'encrypted' } as const,
    { format: 'anthropic-messages', kind: 'signature' } as const,
    { format: 'anthropic-messages', kind: 'redacted' } as const,
  )
  .chain((of) =>
    fc
      .base64String({ minLength: 4 })
      .map((value): AnswerPart => ({ type: 'reasoning-proof', choice: 0, ...of, value })),
  );

/** Thoughts always end with a proof here: without one, two blocks in a row are one. */
const thoughts = fc
  .tuple(fc.oneof(summary, thought, fc.constant([])), proof)
  .map(([said, proven]) => [...said, proven]);

const call = fc.record({
  id: fc.string({ minLength: 1 }),
  name: fc.string({ minLength: 1 }),
  kind: fc.constantFrom('function' as const, 'custom' as const),
  input: fc.array(text, { maxLength: 3 }),
});

const calls = fc
  .array(call, { maxLength: 3 })
  .map((all) =>
    all.flatMap(({ id, name, kind, input }, index): AnswerPart[] => [
      { type: 'tool-call-start', choice: 0, index, id, name, kind },
      ...input.map((said): AnswerPart => ({ type: 'tool-call-delta', choice: 0, index, input: said })),
      { type: 'tool-call-end', choice: 0, index },
    ]),
  );

/** Any answer: thoughts and texts by turns, then calls. */
export const anyAnswer: fc.Arbitrary<AnswerPart[]> = fc
  .tuple(
    fc.array(fc.oneof(thoughts, texts('text-delta'), texts('refusal-delta')), { maxLength: 4 }),
    calls,
    fc.boolean(),
  )
  .map(([blocks, called, isCut]): AnswerPart[] => [
    { type: 'start', id: 'x', model: 'some-model', createdAtS: 1_764_000_000 },
    ...blocks.flat(),
    ...called,
    { type: 'finish', choice: 0, reason: isCut ? 'length' : called.length > 0 ? 'tool-calls' : 'stop' },
  ]);
