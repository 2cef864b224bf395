import type { WebSocket } from 'ws';
import type { Refusal } from '#errors/error-table.ts';
import { Fault, faultFrom } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { COSTLY_BODY_BYTES } from '../completions/refuse-without-money.ts';
import { parseJsonObject } from '../http/parse-json-object.ts';
import { crowdedBodies } from '../http/read-body.ts';
import { PIECE_MAX_BYTES } from '../http/send.ts';
import { errorFrame } from './error-frame.ts';
import { readMessage, streamIdOf, type TurnAsked } from './read-message.ts';
import type { TurnParts } from './run-turn.ts';
import type { SocketClient } from './socket-client.ts';

/** A turn that was read. Its message is counted in the budget for bodies. */
export interface ReadTurn {
  readonly asked: TurnAsked;
  readonly heldBytes: number;
  readonly streamId: string | undefined;
}

/** What is read of a socket, and where it goes. */
interface Reading {
  readonly client: SocketClient;
  /** Why no further turn is taken; undefined: it is. */
  readonly refusedNow: () => Refusal | undefined;
  /** Throws a `Fault` where there is no room for it. */
  readonly onTurn: (turn: ReadTurn) => void;
  /** A message was none. */
  readonly onJunk: () => void;
}

/** Reads the turns out of a socket's messages, one after the other, and refuses what is none. */
export function readTurns(ws: WebSocket, { completions, endpoint }: TurnParts, reading: Reading): void {
  const { limits, dependencies, ownTurn } = completions;
  const { client, refusedNow, onTurn, onJunk } = reading;
  let last = Promise.resolve();

  function refuse(refusal: Refusal, streamId: string | undefined): void {
    // Whoever sends and does not read would fill the memory with refusals.
    if (client.waitingBytes() > PIECE_MAX_BYTES) client.drop();
    else client.send(errorFrame(refusal, { streamId, requestId: '' }));
  }

  async function take(data: Buffer, isBinary: boolean): Promise<void> {
    const heldBytes = data.length;
    let streamId: string | undefined;
    try {
      const refused = refusedNow();
      if (refused !== undefined) throw new Fault(refused);
      if (isBinary) throw new Fault(invalid('Send messages as text frames.'));
      if (heldBytes > COSTLY_BODY_BYTES) await ownTurn();
      const parsed = parseJsonObject(data, endpoint.bounds);
      streamId = streamIdOf(parsed);
      onTurn({ asked: readMessage(data, parsed), heldBytes, streamId });
    } catch (thrown) {
      limits.budget.release(heldBytes);
      refuse(faultFrom(thrown).refusal, streamId);
      onJunk();
    }
  }

  ws.on('message', (data: Buffer, isBinary) => {
    if (!limits.budget.reserve(data.length)) {
      refuse(crowdedBodies, undefined);
      return;
    }
    const read = (): Promise<void> => take(data, isBinary);
    last = last.then(read).catch((thrown: unknown) => {
      dependencies.logger.error({ err: thrown }, 'a message of a socket was not read');
      client.drop();
    });
  });
}
