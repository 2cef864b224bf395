import type { JsonObject } from '#kernel/json.ts';
import { signatureOf } from '../proof.ts';
import type { Completion, StreamFrames } from '../wire.ts';
import { finishedBlock, messageHead, shownThoughts, showsThoughts, stopReasonOf, toolUseId } from './completion.ts';
import { anthropicErrorBody } from './error-body.ts';
import { usageAtEnd, usageAtStart } from './usage-report.ts';

const OVERLOADED_STATUS = 529;

/** The frames of a Messages stream. */
export function messagesStreamFrames(completion: Completion): StreamFrames {
  const { answer, usage, script } = completion;
  return {
    opening: () => event('message_start', { message: startOf(completion) }),
    blockStart: (index) =>
      event('content_block_start', { index, content_block: startedBlock(completion, index) }) +
      (index === 0 ? event('ping', {}) : ''),
    delta: (index, piece) => deltaEvent(completion, index, answer.blocks[index]?.pieces[piece] ?? ''),
    blockEnd: (index) => endEvents(completion, index),
    closing: () =>
      event('message_delta', {
        delta: { stop_reason: stopReasonOf(completion), stop_sequence: null },
        ...(usage === undefined ? {} : { usage: usageAtEnd(usage, script) }),
      }),
    terminator: () => event('message_stop', {}),
    error: () => {
      const body = anthropicErrorBody({ status: OVERLOADED_STATUS, message: script.errorText ?? 'Overloaded' });
      return `event: error\ndata: ${body}\n\n`;
    },
    garbage: () => 'event: content_block_delta\ndata: {"type":"content_block_delta",<html>not what was asked for\n\n',
  };
}

function startOf(completion: Completion): JsonObject {
  const { usage, script } = completion;
  return {
    ...messageHead(completion),
    content: [],
    stop_reason: null,
    stop_sequence: null,
    ...(usage === undefined ? {} : { usage: usageAtStart(usage, script) }),
  };
}

function startedBlock(completion: Completion, index: number): JsonObject {
  const block = completion.answer.blocks[index];
  if (block?.kind === 'thought') return { type: 'thinking', thinking: '', signature: '' };
  if (block?.kind !== 'call') return { type: 'text', text: '' };
  // Some providers give the whole input here, and no deltas.
  if (completion.script.toolInputInStart === true) return finishedBlock(completion, index);
  return { type: 'tool_use', id: toolUseId(completion, index), name: block.name, input: {} };
}

function deltaEvent(completion: Completion, index: number, piece: string): string {
  const kind = completion.answer.blocks[index]?.kind;
  if (kind === 'thought' && !showsThoughts(completion)) return '';
  if (kind === 'call' && completion.script.toolInputInStart === true) return '';
  const head = `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},"delta":`;
  const text = JSON.stringify(piece);
  switch (kind) {
    case 'thought':
      return `${head}{"type":"thinking_delta","thinking":${text}}}\n\n`;
    case 'call':
      return `${head}{"type":"input_json_delta","partial_json":${text}}}\n\n`;
    default:
      return `${head}{"type":"text_delta","text":${text}}}\n\n`;
  }
}

function endEvents(completion: Completion, index: number): string {
  const block = completion.answer.blocks[index];
  const stop = event('content_block_stop', { index });
  if (block?.kind !== 'thought') return stop;
  const signature = signatureOf(shownThoughts(completion, block.pieces.join('')));
  return event('content_block_delta', { index, delta: { type: 'signature_delta', signature } }) + stop;
}

function event(type: string, fields: JsonObject): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}
