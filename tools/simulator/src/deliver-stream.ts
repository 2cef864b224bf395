import { bodyFaultOf, type Delivery, writeAndDestroy } from './delivery.ts';
import { pause } from './pause.ts';
import { writeThrough } from './write-through.ts';

/** Frames are written together up to this length when no delay is between them: one system call a small answer. */
const BATCH_CHARACTERS = 16_384;

/** Streams the answer as server-sent events, up to its end or to the fault the script asks for. */
export async function deliverStream(delivery: Delivery): Promise<void> {
  const { wire, response, script, completion, settlement } = delivery;
  const frames = wire.streamFrames(completion);
  const fault = bodyFaultOf(script);
  const piecesTotal = completion.answer.pieces.length;
  const faultAt = script.cutAfterChunks ?? Math.ceil(piecesTotal / 2);
  const chunkDelayMs = script.chunkDelayMs ?? 0;
  const pieces = fault === undefined ? piecesTotal : Math.min(piecesTotal, faultAt);

  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    [wire.requestIdHeader]: `req_${completion.id}`,
  });
  settlement.begin();
  let pending = frames.opening();
  for (let index = 0; index < pieces; index += 1) {
    if (chunkDelayMs > 0 || pending.length >= BATCH_CHARACTERS) {
      if (!(await writeThrough(response, pending))) return;
      pending = '';
    }
    if (chunkDelayMs > 0 && !(await pause(response, chunkDelayMs))) return;
    pending += frames.delta(index);
    settlement.advance(index + 1);
  }
  if (fault !== undefined) {
    breakOff(delivery, pending);
    return;
  }
  settlement.settle('completed');
  response.end(pending + frames.closing() + (script.endWithoutDone === true ? '' : frames.terminator()));
}

function breakOff({ wire, response, script, completion, settlement, hold }: Delivery, pending: string): void {
  const frames = wire.streamFrames(completion);
  const fault = bodyFaultOf(script);
  if (fault === 'hang') {
    response.write(pending);
    hold(response);
    return;
  }
  settlement.settle('failed');
  switch (fault) {
    case 'error':
      response.end(pending + frames.error());
      return;
    case 'garbage':
      response.end(pending + frames.garbage());
      return;
    case 'clean-end':
      response.end(pending);
      return;
    default:
      writeAndDestroy(response, pending);
  }
}
