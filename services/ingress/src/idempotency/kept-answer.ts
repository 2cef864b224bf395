import type { Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import type { Claim, ClaimStore } from './claim-store.ts';
import type { PieceSeals } from './key-secrets.ts';

/** What stands before the bytes of an answer. */
export interface KeptHead {
  /** 0: it failed before there was any. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Who answered; empty for an answer of the gateway's own. */
  readonly provider: string;
  readonly model: string;
  /** What came in place of the answer's end; null: it is whole. */
  readonly failure: Pick<Refusal, 'code' | 'message' | 'param'> | null;
}

/** The place of the head; the bytes follow. */
export const HEAD_SEQ = 0;

/** An answer that was given before. */
export interface KeptAnswer {
  /** Of the request that was executed: the one that `audit explain` knows. */
  readonly requestId: string;
  readonly head: KeptHead;
  /** The bytes, read piece by piece. Throws a `Fault` where one is gone. */
  pieces(): AsyncIterable<Buffer>;
}

/** The head as it is sealed, with the number of pieces, so that none can be missed. */
export function headBytes(head: KeptHead, pieces: number): Buffer {
  return Buffer.from(JSON.stringify({ ...head, pieces }));
}

/** Reads a kept answer's head. Rejects where it does not open: another pepper, or a damaged row. */
export async function openAnswer(
  claims: Pick<ClaimStore, 'readPiece'>,
  claim: Claim,
  seals: PieceSeals,
): Promise<KeptAnswer> {
  const read = async (seq: number): Promise<Buffer> => {
    const sealed = await claims.readPiece(claim, seq);
    if (sealed === undefined) throw ranOut();
    return seals.open(seq, sealed);
  };
  const { pieces, ...head } = JSON.parse((await read(HEAD_SEQ)).toString()) as KeptHead & { readonly pieces: number };
  return {
    requestId: claim.requestId,
    head,
    async *pieces() {
      for (let seq = HEAD_SEQ + 1; seq <= pieces; seq += 1) yield await read(seq);
    },
  };
}

function ranOut(): Fault {
  return new Fault({ code: 'unavailable', message: 'The answer that was kept has just run out of its time.' });
}
