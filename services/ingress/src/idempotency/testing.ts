import { randomBytes, randomUUID } from 'node:crypto';
import type { Claim, ClaimStore, SealedPiece } from './claim-store.ts';

interface Row {
  claim: Claim;
  bodyHash: Buffer;
  state: 'running' | 'kept' | 'unkept';
  isAlive: boolean;
  pieces: Map<number, Buffer>;
  isAwaited: boolean;
}

/** Claims in memory, for tests of what rests on them; nothing runs out. */
export function createMemoryClaims(): ClaimStore & { readonly rows: ReadonlyMap<string, Row> } {
  const rows = new Map<string, Row>();
  const mine = ({ keyHash, attempt }: Claim): Row | undefined => {
    const row = rows.get(keyHash.toString('hex'));
    return row?.claim.attempt === attempt ? row : undefined;
  };
  const addTo = (row: Row | undefined, pieces: readonly SealedPiece[]): boolean => {
    for (const { seq, sealed } of pieces) row?.pieces.set(seq, sealed);
    return row !== undefined;
  };
  const change = (claim: Claim, changes: Partial<Row>): void => void Object.assign(mine(claim) ?? {}, changes);
  return {
    rows,
    async take({ keyHash, bodyHash, requestId }) {
      const name = keyHash.toString('hex');
      const row = rows.get(name);
      if (row === undefined) {
        const claim: Claim = { keyHash, salt: randomBytes(32), attempt: randomUUID(), requestId };
        rows.set(name, { claim, bodyHash, state: 'running', isAlive: true, pieces: new Map(), isAwaited: false });
        return { kind: 'new', claim };
      }
      if (!row.bodyHash.equals(bodyHash)) return { kind: 'other-body' };
      if (row.state !== 'running') return { kind: row.state, claim: row.claim };
      if (row.isAlive) return { kind: 'running' };
      const earlierAttempt = row.claim.attempt;
      Object.assign(row, { claim: { ...row.claim, attempt: randomUUID() }, isAlive: true });
      return { kind: 'orphaned', claim: row.claim, earlierAttempt };
    },
    async rerun(claim, requestId) {
      const next: Claim = { ...claim, attempt: randomUUID(), requestId };
      const row = mine(claim);
      if (row === undefined) return undefined;
      Object.assign(row, { claim: next, pieces: new Map() });
      return next;
    },
    giveBack: async (claim, attempt) => change(claim, { claim: { ...claim, attempt }, isAlive: false }),
    isMine: async (claim) => mine(claim) !== undefined,
    addPiece: async (claim, piece) => addTo(mine(claim), [piece]),
    async keep(claim, last) {
      change(claim, { state: 'kept' });
      return addTo(mine(claim), last);
    },
    leaveUnkept: async (claim) => change(claim, { state: 'unkept' }),
    async release(claim) {
      if (mine(claim) !== undefined) rows.delete(claim.keyHash.toString('hex'));
    },
    orphan: async (claim) => change(claim, { isAlive: false }),
    readPiece: async (claim, seq) => mine(claim)?.pieces.get(seq),
    async awaitEnd(keyHash) {
      const row = rows.get(keyHash.toString('hex'));
      if (row !== undefined) row.isAwaited = true;
    },
    isAwaited: async (claim) => mine(claim)?.isAwaited === true,
    async finish(claim) {
      const row = mine(claim);
      if (row === undefined || row.state === 'running') return;
      // Who waits looks once more, and ends it then.
      if (row.isAwaited) row.isAwaited = false;
      else rows.delete(claim.keyHash.toString('hex'));
    },
  };
}
