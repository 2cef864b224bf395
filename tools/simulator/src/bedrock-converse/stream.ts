import { eventMessage, exceptionMessage } from '../aws/event-stream.ts';
import { paddingFor } from '../aws/padding.ts';
import type { Completion, StreamFrames } from '../wire.ts';
import { reportOf, showsThoughts, signatureFor, stopReasonOf, toolUseId } from './completion.ts';

/** The messages of a ConverseStream. Only calls have a start; usage comes last, behind the stop. */
export function converseStreamFrames(completion: Completion): StreamFrames {
  const { answer, script } = completion;
  return {
    opening: () => event('messageStart', { role: 'assistant' }),
    blockStart(block) {
      const said = answer.blocks[block];
      if (said?.kind !== 'call') return '';
      const toolUse = { toolUseId: toolUseId(completion, block), name: said.name };
      return event('contentBlockStart', { contentBlockIndex: block, start: { toolUse } });
    },
    delta: (block, piece) => deltaEvent(completion, block, answer.blocks[block]?.pieces[piece] ?? ''),
    blockEnd: (block) => signatureEvent(completion, block) + event('contentBlockStop', { contentBlockIndex: block }),
    closing: () =>
      event('messageStop', { stopReason: stopReasonOf(completion) }) + event('metadata', reportOf(completion)),
    terminator: () => '',
    error: () =>
      exceptionMessage('serviceUnavailableException', {
        message: script.errorText ?? 'The service isn’t currently available. Try again later.',
      }),
    // Neither a length nor a checksum of anything.
    garbage: () => '<html>not what was asked for</html>',
  };
}

function deltaEvent(completion: Completion, block: number, text: string): string {
  const said = completion.answer.blocks[block];
  if (said?.kind === 'thought' && !showsThoughts(completion)) return '';
  const delta =
    said?.kind === 'thought'
      ? { reasoningContent: { text } }
      : said?.kind === 'call'
        ? { toolUse: { input: text } }
        : { text };
  return event('contentBlockDelta', { contentBlockIndex: block, delta });
}

function signatureEvent(completion: Completion, block: number): string {
  const said = completion.answer.blocks[block];
  const signature = said?.kind === 'thought' ? signatureFor(completion, said.pieces.join('')) : undefined;
  if (signature === undefined) return '';
  return event('contentBlockDelta', { contentBlockIndex: block, delta: { reasoningContent: { signature } } });
}

function event(name: string, payload: object): string {
  return eventMessage(name, { ...payload, p: paddingFor(payload) });
}
