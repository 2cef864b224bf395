import type { Logger } from '#telemetry/logger.ts';
import type { Claim } from '../idempotency/claim-store.ts';
import { ALIVE_S, EXPIRED } from './claim-rows.ts';
import type { IngressDatabase } from './ingress-database.ts';

/** Three renewals may fail before others look at a claim. */
const RENEW_MS = 5_000;

const SWEEP_MS = 60_000;
/** A claim has up to 256 pieces of 256 KiB: a batch is short also where all have. */
const SWEEP_BATCH_CLAIMS = 100;
/** Out of date and still there: an answer that is being read, by a client that takes its time. */
const SWEEP_AFTER_S = 15 * 60;

/** What goes on beside the requests: claims at work are renewed, old ones deleted. */
export interface ClaimUpkeep {
  /** Renews the claim from now on. */
  hold(claim: Claim): void;
  drop(claim: Claim): void;
  /** Deletes what is out of date, in batches; resolves with how many claims went. */
  sweep(): Promise<number>;
  close(): void;
}

export function startClaimUpkeep(database: IngressDatabase, logger: Logger): ClaimUpkeep {
  const held = new Map<string, Claim>();

  async function renew(): Promise<void> {
    if (held.size === 0) return;
    const claims = [...held.values()];
    try {
      await database.query(
        `update ingress.claim as claim set alive_until = now() + make_interval(secs => $3)
         from unnest($1::bytea[], $2::uuid[]) as mine (key_hash, attempt)
         where claim.key_hash = mine.key_hash and claim.attempt = mine.attempt and claim.state = 'running'`,
        [claims.map(({ keyHash }) => keyHash), claims.map(({ attempt }) => attempt), ALIVE_S],
      );
    } catch (error) {
      logger.warn({ err: error, claims: claims.length }, 'claims of Idempotency-Keys could not be renewed');
    }
  }

  async function sweep(): Promise<number> {
    for (let deleted = 0; ; ) {
      const { rowCount } = await database.query(
        `delete from ingress.claim where key_hash in (
           select key_hash from ingress.claim where expires_at <= now() - make_interval(secs => $1) and ${EXPIRED}
           limit $2 for update skip locked)`,
        [SWEEP_AFTER_S, SWEEP_BATCH_CLAIMS],
      );
      deleted += rowCount ?? 0;
      if ((rowCount ?? 0) < SWEEP_BATCH_CLAIMS) return deleted;
    }
  }

  const renewing = setInterval(() => void renew(), RENEW_MS).unref();
  const sweeping = setInterval(() => {
    sweep().catch((error: unknown) => logger.warn({ err: error }, 'old answers could not be deleted'));
  }, SWEEP_MS).unref();

  return {
    hold: (claim) => void held.set(claim.attempt, claim),
    drop: (claim) => void held.delete(claim.attempt),
    sweep,
    close() {
      clearInterval(renewing);
      clearInterval(sweeping);
    },
  };
}
