import { answerTokensOf } from '#ai/usage.ts';
import { messagesStreamFrames } from '../anthropic-messages/stream.ts';
import { eventMessage, exceptionMessage } from '../aws/event-stream.ts';
import { paddingFor } from '../aws/padding.ts';
import type { Completion, StreamFrames } from '../wire.ts';

/** Anthropic's events, each in Base64 within a message of AWS'. The last one has AWS' own counts as well. */
export function invokeStreamFrames(completion: Completion): StreamFrames {
  const frames = messagesStreamFrames(completion);
  return {
    opening: () => chunks(frames.opening()),
    blockStart: (block) => chunks(frames.blockStart(block)),
    delta: (block, piece) => chunks(frames.delta(block, piece)),
    blockEnd: (block) => chunks(frames.blockEnd(block)),
    closing: () => chunks(frames.closing()),
    terminator: () => chunk(JSON.stringify({ type: 'message_stop', ...metricsOf(completion) })),
    error: () =>
      exceptionMessage('modelStreamErrorException', {
        message: completion.script.errorText ?? 'Overloaded',
        originalMessage: completion.script.errorText ?? 'Overloaded',
        originalStatusCode: 529,
      }),
    garbage: () => '<html>not what was asked for</html>',
  };
}

function chunks(events: string): string {
  return events
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => chunk(event.slice(event.indexOf('\ndata: ') + '\ndata: '.length)))
    .join('');
}

function chunk(event: string): string {
  const payload = { bytes: Buffer.from(event).toString('base64') };
  return eventMessage('chunk', { ...payload, p: paddingFor(payload) });
}

function metricsOf({ usage, createdAtMs }: Completion): object {
  if (usage === undefined) return {};
  const latencyMs = Date.now() - createdAtMs;
  return {
    'amazon-bedrock-invocationMetrics': {
      inputTokenCount: usage.input ?? 0,
      outputTokenCount: answerTokensOf(usage),
      invocationLatency: latencyMs,
      firstByteLatency: latencyMs,
    },
  };
}
