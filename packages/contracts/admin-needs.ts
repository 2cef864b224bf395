import type { Refusal } from '#errors/error-table.ts';
import type { AdminCaller } from './admin.ts';
import type { RequestLine, RequestsQuery, UsageReportLine, UsageReportQuery } from './requests.ts';

/*
 * What administration asks of the services beside accounts. In one process these are calls; between processes each is a method
 * of the service's own gRPC service. All reject with a `Fault`, `unavailable`, where the service cannot be asked.
 */

/** Whose balance it is. */
export interface Payer {
  readonly kind: 'user' | 'team' | 'organisation';
  readonly id: string;
}

/** A payer's money. available = credited - charged - debited - held; credited is told less what was debited. */
export interface PayerBalance {
  readonly payer: Payer;
  readonly creditedNanoUsd: bigint;
  readonly chargedNanoUsd: bigint;
  readonly heldNanoUsd: bigint;
  readonly availableNanoUsd: bigint;
}

/** How a limit stands now. Amounts are of its unit; of cost in nano-USD. */
export interface LimitState {
  readonly limitId: string;
  readonly amount: bigint;
  readonly used: bigint;
  readonly held: bigint;
  /** Never below 0. */
  readonly left: bigint;
  /** null: its period is ever. */
  readonly resetsAtMs: number | null;
}

export interface Debit {
  /** A UUID: the same one debits once. */
  readonly debitId: string;
  readonly payer: Payer;
  /** More than 0. */
  readonly amountNanoUsd: bigint;
  readonly reason: string;
  /** Empty: none. */
  readonly undoesCreditId: string;
  readonly by: AdminCaller;
}

/** Of quota, which alone decides what is taken from a balance. */
export interface BalancesPort {
  /** In the order asked for; zeroes for a payer that never was credited. */
  balancesOf(payers: readonly Payer[]): Promise<readonly PayerBalance[]>;
  /** Takes money that is neither spent nor held. Resolves with the position of the event, or with why not. */
  debit(debit: Debit): Promise<{ readonly position: number } | { readonly refusal: Refusal }>;
  /** In the order asked for; a limit that quota does not know has nothing used. */
  limitStates(limitIds: readonly string[]): Promise<readonly LimitState[]>;
  /** What requests that are not over hold of all balances, in nano-USD. */
  heldInAll(): Promise<bigint>;
}

export interface LedgerLine {
  readonly position: number;
  readonly atMs: number;
  readonly type: 'credit' | 'debit' | 'charge';
  /** Negative where the balance fell. */
  readonly amountNanoUsd: bigint;
  readonly requestId: string;
  readonly creditId: string;
  readonly reason: string;
}

/** A shadow target beside the provider that answered clients. Times are means of the answers that came to their end. */
export interface ShadowLine {
  /** Empty: by no route. */
  readonly routeId: string;
  /** What answered clients; both empty: nothing did. */
  readonly provider: string;
  readonly model: string;
  readonly shadowProvider: string;
  readonly shadowModel: string;
  readonly requests: number;
  readonly failed: number;
  readonly shadowFailed: number;
  readonly sameText: number;
  readonly firstByteMs: number;
  readonly shadowFirstByteMs: number;
  readonly durationMs: number;
  readonly shadowDurationMs: number;
  readonly outputTokens: number;
  readonly shadowOutputTokens: number;
  /** What the copies cost the house. */
  readonly shadowCostNanoUsd: bigint;
}

export interface ShadowReportQuery {
  /** Empty: all. */
  readonly routeId: string;
  /** From the hour (UTC) that has this moment up to the one that has the last; 0: from the first, up to the newest. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** A payer's money by the ledger up to a position of the log: nothing of it is what was held then. */
export interface BalanceAtLine {
  readonly payer: Payer;
  readonly creditedNanoUsd: bigint;
  readonly debitedNanoUsd: bigint;
  readonly chargedNanoUsd: bigint;
  /** credited - debited - charged by all that is counted now. */
  readonly balanceNowNanoUsd: bigint;
}

export interface BalancesAtQuery {
  /** Every event up to this one counts; 0: none. */
  readonly position: number;
  /** When the event at the position was recorded. */
  readonly recordedAtMs: number;
  /** Empty: all. */
  readonly payerKind: Payer['kind'] | '';
  /** By kind and id, the smallest balance first, or the largest first. */
  readonly sort: 'id' | 'balance' | '-balance';
  /** The payer behind which the page begins. */
  readonly after: Payer | undefined;
  readonly limit: number;
}

/** Of billing. */
export interface LedgerPort {
  /** Those with the most requests first, up to a thousand. */
  shadowReport(query: ShadowReportQuery): Promise<readonly ShadowLine[]>;
  /** Requests that were admitted, the newest first. */
  requests(query: RequestsQuery): Promise<readonly RequestLine[]>;
  /** Requests added up, of each interval the dearest values first. */
  usageReport(query: UsageReportQuery): Promise<readonly UsageReportLine[]>;
  /**
   * Payers whose balance had moved by a position. Rejects with a `Fault`: `unavailable` where the read models are not there yet,
   * `invalid_request` where there are more payers than can be sorted by their balance.
   */
  balancesAt(query: BalancesAtQuery): Promise<readonly BalanceAtLine[]>;
  /** The newest lines first, those before a position; 0: from the newest. */
  ledgerLines(query: {
    readonly payer: Payer;
    readonly beforePosition: number;
    readonly limit: number;
  }): Promise<readonly LedgerLine[]>;
}

/** Of the router. */
export interface ProviderTestPort {
  testProvider(test: { readonly providerId: string; readonly model: string }): Promise<{
    readonly isOk: boolean;
    readonly model: string;
    readonly status: number;
    readonly durationMs: number;
    readonly message: string;
  }>;
}

export type ProviderTest = Awaited<ReturnType<ProviderTestPort['testProvider']>>;
