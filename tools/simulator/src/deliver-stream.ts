import { type BodyWriter, openBody } from './body-writer.ts';
import { bodyFaultOf, type Delivery } from './delivery.ts';
import { pause } from './pause.ts';
import { type StreamFraming, serverSentEvents } from './stream-framing.ts';
import type { StreamFrames } from './wire.ts';

/** Frames are written together up to this length when no delay is between them: one system call a small answer. */
const BATCH_CHARACTERS = 16_384;

/** Streams the answer in the framing of its format, up to its end or to the fault the script asks for. */
export async function deliverStream(delivery: Delivery): Promise<void> {
  const { wire, response, script, completion, settlement } = delivery;
  const frames = wire.streamFrames(completion);
  const framing = framingOf(delivery);
  response.writeHead(200, {
    'content-type': framing.contentType,
    'cache-control': 'no-cache',
    [wire.requestIdHeader]: `req_${completion.id}`,
    ...(script.gzip === true ? { 'content-encoding': 'gzip' } : {}),
  });
  const body = openBody(response, script, framing);
  if (script.errorIn200 === true) {
    settlement.settle('failed');
    body.end(frames.error());
    return;
  }
  if (script.silenceMs !== undefined && !(await beSilent(delivery, body, script.silenceMs))) return;
  settlement.begin();
  const pending = await sendPieces(delivery, body, frames);
  if (pending !== undefined) endStream(delivery, body, frames, pending);
  if (body.isCut()) settlement.settle('failed');
}

function framingOf({ wire }: Delivery): StreamFraming {
  return wire.framing ?? serverSentEvents;
}

/** The head alone, and a comment where the script has any, for so long; whether the client is still there. */
async function beSilent(delivery: Delivery, body: BodyWriter, durationMs: number): Promise<boolean> {
  const { response, script } = delivery;
  response.flushHeaders();
  if (script.foreignEvents === true && !(await body.write(framingOf(delivery).whileWaiting))) return false;
  return pause(response, durationMs);
}

/**
 * Sends what comes before the end or the fault. Returns the frames that still wait to be written; undefined where the
 * client or the connection is gone.
 */
async function sendPieces(delivery: Delivery, body: BodyWriter, frames: StreamFrames): Promise<string | undefined> {
  const { response, script, completion, settlement } = delivery;
  const { blocks, piecesTotal } = completion.answer;
  const isFaulty = bodyFaultOf(script) !== undefined;
  const piecesMax = isFaulty ? (script.cutAfterChunks ?? Math.ceil(piecesTotal / 2)) : piecesTotal;
  const chunkDelayMs = script.chunkDelayMs ?? 0;
  const isUnbatched = chunkDelayMs > 0 || script.cutAfterBytes !== undefined;
  let sent = 0;
  let pending = frames.opening() + (script.foreignEvents === true ? framingOf(delivery).foreign : '');
  for (let block = 0; block < blocks.length; block += 1) {
    if (sent >= piecesMax && isFaulty) break;
    pending += frames.blockStart(block);
    const pieces = blocks[block]?.pieces.length ?? 0;
    for (let piece = 0; piece < pieces; piece += 1) {
      if (sent >= piecesMax) return pending;
      if (isUnbatched || pending.length >= BATCH_CHARACTERS) {
        if (!(await body.write(pending))) return undefined;
        pending = '';
      }
      if (chunkDelayMs > 0 && !(await pause(response, chunkDelayMs))) return undefined;
      pending += frames.delta(block, piece);
      sent += 1;
      settlement.advance(sent);
    }
    pending += frames.blockEnd(block);
  }
  return pending;
}

function endStream(delivery: Delivery, body: BodyWriter, frames: StreamFrames, pending: string): void {
  const { response, script, settlement, hold } = delivery;
  const fault = bodyFaultOf(script);
  if (fault === undefined) {
    const terminator = script.endWithoutDone === true ? '' : frames.terminator();
    const foreign = script.foreignEvents === true ? framingOf(delivery).foreign : '';
    // A cut at a byte may hit what comes now, and fails the answer that is otherwise whole.
    if (script.cutAfterBytes === undefined) settlement.settle('completed');
    body.end(pending + foreign + frames.closing() + terminator);
    if (!body.isCut()) settlement.settle('completed');
    return;
  }
  if (fault === 'hang') {
    void body.write(pending);
    hold(response);
    return;
  }
  settlement.settle('failed');
  if (fault === 'error') body.end(pending + frames.error());
  else if (fault === 'garbage') body.end(pending + frames.garbage());
  else if (fault === 'clean-end') body.end(pending);
  else body.breakAfter(pending);
}
