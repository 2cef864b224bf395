import type { JsonObject } from '#kernel/json.ts';
import type { Completion, StreamFrames } from '../wire.ts';
import {
  begunResponse,
  finishedResponse,
  incompleteReason,
  itemId,
  itemOf,
  tellsThoughts,
  textPart,
} from './response-object.ts';

const FAILURE = 'The simulator was told to fail in the middle of this stream.';

type Event = (type: string, fields: JsonObject) => string;

/** The events of a response, numbered, in the order on which clients rely. */
export function responsesStreamFrames(completion: Completion): StreamFrames {
  const { answer, script } = completion;
  let sequence = 0;
  const event: Event = (type, fields) => {
    const text = `event: ${type}\ndata: ${JSON.stringify({ type, ...fields, sequence_number: sequence })}\n\n`;
    sequence += 1;
    return text;
  };
  const message = script.errorText ?? FAILURE;

  return {
    opening: () =>
      event('response.created', { response: begunResponse(completion) }) +
      event('response.in_progress', { response: begunResponse(completion) }),
    blockStart: (block) =>
      event('response.output_item.added', { output_index: block, item: itemOf(completion, block, 'in_progress') }) +
      partEvent(completion, event, block, 'added', ''),
    delta: (block, piece) => deltaEvent(completion, event, block, answer.blocks[block]?.pieces[piece] ?? ''),
    blockEnd: (block) => endEvents(completion, event, block),
    closing: () => {
      const response = finishedResponse(completion);
      return event(incompleteReason(completion) === undefined ? 'response.completed' : 'response.incomplete', {
        response,
      });
    },
    // The event that carries the usage is also the one that tells a client that nothing was cut off.
    terminator: () => '',
    error: () =>
      sequence === 0
        ? event('error', { code: 'server_error', message, param: null })
        : event('response.failed', {
            response: { ...begunResponse(completion), status: 'failed', error: { code: 'server_error', message } },
          }),
    garbage: () => 'event: response.output_text.delta\ndata: {"type":<html>not what was asked for\n\n',
  };
}

function deltaEvent(completion: Completion, event: Event, index: number, delta: string): string {
  const block = completion.answer.blocks[index];
  const place = { item_id: itemId(completion, index), output_index: index };
  switch (block?.kind) {
    case 'thought':
      return tellsThoughts(completion)
        ? event('response.reasoning_summary_text.delta', { ...place, summary_index: 0, delta })
        : '';
    case 'call':
      return block.toolKind === 'custom'
        ? event('response.custom_tool_call_input.delta', { ...place, delta })
        : event('response.function_call_arguments.delta', { ...place, delta });
    default:
      return event('response.output_text.delta', { ...place, content_index: 0, delta, logprobs: [] });
  }
}

function endEvents(completion: Completion, event: Event, index: number): string {
  const { answer } = completion;
  const block = answer.blocks[index];
  const said = block?.pieces.join('') ?? '';
  const place = { item_id: itemId(completion, index), output_index: index };
  const isCut = incompleteReason(completion) !== undefined && index === answer.blocks.length - 1;
  const done = (): string =>
    event('response.output_item.done', {
      output_index: index,
      item: itemOf(completion, index, isCut ? 'incomplete' : 'completed'),
    });
  switch (block?.kind) {
    case 'thought': {
      if (!tellsThoughts(completion)) return done();
      const text = event('response.reasoning_summary_text.done', { ...place, summary_index: 0, text: said });
      return text + partEvent(completion, event, index, 'done', said) + done();
    }
    case 'call': {
      const input =
        block.toolKind === 'custom'
          ? event('response.custom_tool_call_input.done', { ...place, input: said })
          : event('response.function_call_arguments.done', { ...place, name: block.name, arguments: said });
      return input + done();
    }
    default: {
      const text = event('response.output_text.done', { ...place, content_index: 0, text: said, logprobs: [] });
      return text + partEvent(completion, event, index, 'done', said) + done();
    }
  }
}

/** Texts and told thoughts have a part that is opened and closed; calls have none. */
function partEvent(completion: Completion, event: Event, index: number, what: 'added' | 'done', text: string): string {
  const kind = completion.answer.blocks[index]?.kind;
  const place = { item_id: itemId(completion, index), output_index: index };
  if (kind === 'text')
    return event(`response.content_part.${what}`, { ...place, content_index: 0, part: textPart(text) });
  if (kind !== 'thought' || !tellsThoughts(completion)) return '';
  return event(`response.reasoning_summary_part.${what}`, {
    ...place,
    summary_index: 0,
    part: { type: 'summary_text', text },
  });
}
