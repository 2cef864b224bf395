import type { AdmitRequest, AdmitResponse } from '#contracts/quota.ts';
import type { Journal } from '#journal/journal.ts';
import { newId } from '#kernel/ids.ts';
import { credited, keyCreated, pricePublished, userCreated } from '#testkit/events.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { plainChat } from '#testkit/plain-chat.ts';
import { record } from '../testing.ts';

/** A log with a user and a price of one nano-USD an output token. */
export async function createLog(balanceNanoUsd: bigint, requestsPerMinute = 0): Promise<Journal> {
  const journal = createMemoryJournal();
  await record(
    journal,
    userCreated({ userId: 'u', requestsPerMinute }),
    keyCreated({ keyId: 'k', userId: 'u' }),
    credited('u', balanceNanoUsd),
    pricePublished('c/m'),
  );
  return journal;
}

/** Asks for 100 output tokens: a hold of 100 nano-USD. */
export function request(fields: Partial<AdmitRequest> = {}): AdmitRequest {
  return {
    requestId: newId(),
    userId: 'u',
    keyId: 'k',
    model: 'm',
    stream: false,
    candidates: [{ provider: 'p', model: 'm', priceKey: 'c/m' }],
    promptTokensBound: 0,
    promptTokensEstimate: 0,
    outputTokensRequested: 100,
    choices: 1,
    ...plainChat,
    ...fields,
  };
}

export function outcomeOf({ result }: AdmitResponse): string {
  return result.kind === 'admitted' ? 'admitted' : result.refusal.code;
}

export async function outcomesOf(responses: readonly Promise<AdmitResponse>[]): Promise<Record<string, number>> {
  const outcomes: Record<string, number> = {};
  for (const response of await Promise.all(responses)) {
    const outcome = outcomeOf(response);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  return outcomes;
}

export function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}
