import { isUnit, units } from '#ai/units.ts';
import type { EventBodies } from '#contracts/events.ts';
import type { RequestOutcome } from '#contracts/requests.ts';
import type { Projection, Transaction } from '#journal/projection.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { bigintArray, textArray } from '#postgres/binary-array.ts';

type Admitted = EventBodies['RequestAdmitted'];

/** What a batch says of a request; what it does not say stays as it is. */
interface Told {
  admission?: { readonly position: number; readonly data: Admitted };
  usage?: EventBodies['UsageRecorded'];
  charge?: EventBodies['ChargePosted'];
  expiry?: EventBodies['HoldExpired'];
}

/** Each request that was admitted, and what became of it. */
export const requestsProjection: Projection = {
  name: 'billing.requests',
  schema: 'billing',
  tables: ['request'],
  types: ['RequestAdmitted', 'UsageRecorded', 'ChargePosted', 'HoldExpired'],
  async apply(transaction, events) {
    const told = new Map<string, Told>();
    for (const event of events) note(told, event);
    await insertAdmitted(transaction, told);
    await updateUsed(transaction, told);
    await updateCharged(transaction, told);
    await updateExpired(transaction, told);
  },
};

function note(told: Map<string, Told>, event: RecordedEvent): void {
  if (!('requestId' in event.data)) return;
  const { requestId } = event.data;
  const of = told.get(requestId) ?? {};
  told.set(requestId, of);
  if (event.type === 'RequestAdmitted') of.admission = { position: event.position, data: event.data };
  if (event.type === 'UsageRecorded') of.usage = event.data;
  if (event.type === 'ChargePosted') of.charge = event.data;
  if (event.type === 'HoldExpired') of.expiry = event.data;
}

/** All tables of a batch come in columns. Texts of several values are JSON, since arrays of arrays have one length. */
async function insertAdmitted(transaction: Transaction, told: ReadonlyMap<string, Told>): Promise<void> {
  const rows = Array.from(told.values()).flatMap(({ admission }) => admission ?? []);
  if (rows.length === 0) return;
  const texts = (of: (data: Admitted) => string) => textArray(rows.map(({ data }) => of(data)));
  await transaction.query(
    `insert into request
       (request_id, position, admitted_at_ms, ended_at_ms, user_id, payer_kind, payer_id, key_id, model, route_id,
        operation, format, stream, session_id, agent_id, tags, outcome, error, provider, provider_model, attempts,
        first_byte_ms, duration_ms, input_tokens, output_tokens, hold_nano_usd, amount_nano_usd, estimated)
     select request_id, position, admitted_at_ms, 0, user_id, payer_kind, payer_id, key_id, model, route_id,
        operation, format, stream = 'true', session_id, agent_id,
        array(select json_array_elements_text(tags::json)), 'running', '', '', '', 0, 0, 0, 0, 0, hold, null, false
     from unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                 $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::bigint[])
       as added (request_id, position, admitted_at_ms, user_id, payer_kind, payer_id, key_id, model, route_id,
                 operation, format, stream, session_id, agent_id, tags, hold)`,
    [
      texts(({ requestId }) => requestId),
      bigintArray(rows.map(({ position }) => position)),
      bigintArray(rows.map(({ data }) => BigInt(data.admittedAtMs))),
      texts(({ userId }) => userId),
      texts(({ payerKind }) => payerKind),
      texts(({ payerId }) => payerId),
      texts(({ keyId }) => keyId),
      texts(({ model }) => model),
      texts(({ routeId }) => routeId),
      texts(({ operation }) => operation),
      texts(({ format }) => format),
      texts(({ stream }) => String(stream)),
      texts(({ attribution }) => attribution.sessionId),
      texts(({ attribution }) => attribution.agentId),
      texts(({ attribution }) => JSON.stringify(attribution.tags)),
      bigintArray(rows.map(({ data }) => BigInt(data.holdNanoUsd))),
    ],
  );
}

async function updateUsed(transaction: Transaction, told: ReadonlyMap<string, Told>): Promise<void> {
  const rows = Array.from(told.values()).flatMap(({ usage }) => usage ?? []);
  if (rows.length === 0) return;
  await transaction.query(
    `update request set
       ended_at_ms = said.ended_at_ms, outcome = said.outcome, error = said.error, provider = said.provider,
       provider_model = said.model, attempts = said.attempts, first_byte_ms = said.first_byte_ms,
       duration_ms = said.duration_ms, input_tokens = said.input_tokens, output_tokens = said.output_tokens
     from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[],
                 $9::bigint[], $10::bigint[], $11::bigint[])
       as said (request_id, ended_at_ms, outcome, error, provider, model, attempts, first_byte_ms, duration_ms,
                input_tokens, output_tokens)
     where request.request_id = said.request_id`,
    [
      textArray(rows.map(({ requestId }) => requestId)),
      bigintArray(rows.map(({ recordedAtMs }) => BigInt(recordedAtMs))),
      textArray(rows.map(({ outcome }) => outcomes[outcome])),
      textArray(rows.map(errorOf)),
      textArray(rows.map(({ provider }) => provider)),
      textArray(rows.map(({ model }) => model)),
      bigintArray(rows.map(({ attempts }) => attempts.length)),
      bigintArray(rows.map(({ firstByteMs }) => firstByteMs)),
      bigintArray(rows.map(({ durationMs }) => durationMs)),
      bigintArray(rows.map((usage) => tokensOf(usage, 'prompt'))),
      bigintArray(rows.map((usage) => tokensOf(usage, 'answer'))),
    ],
  );
}

async function updateCharged(transaction: Transaction, told: ReadonlyMap<string, Told>): Promise<void> {
  const rows = Array.from(told.values()).flatMap(({ charge }) => charge ?? []);
  if (rows.length === 0) return;
  await transaction.query(
    `update request set amount_nano_usd = said.amount, estimated = said.estimated = 'true'
     from unnest($1::text[], $2::bigint[], $3::text[]) as said (request_id, amount, estimated)
     where request.request_id = said.request_id`,
    [
      textArray(rows.map(({ requestId }) => requestId)),
      bigintArray(rows.map(({ amountNanoUsd }) => BigInt(amountNanoUsd))),
      textArray(rows.map(({ estimated }) => String(estimated))),
    ],
  );
}

async function updateExpired(transaction: Transaction, told: ReadonlyMap<string, Told>): Promise<void> {
  const rows = Array.from(told.values()).flatMap(({ expiry }) => expiry ?? []);
  if (rows.length === 0) return;
  await transaction.query(
    `update request set outcome = 'expired', error = said.reason, ended_at_ms = said.at_ms
     from unnest($1::text[], $2::text[], $3::bigint[]) as said (request_id, reason, at_ms)
     where request.request_id = said.request_id and request.outcome = 'running'`,
    [
      textArray(rows.map(({ requestId }) => requestId)),
      textArray(rows.map(({ reason }) => reason)),
      bigintArray(rows.map(({ expiredAtMs }) => BigInt(expiredAtMs))),
    ],
  );
}

const outcomes: Readonly<Record<EventBodies['UsageRecorded']['outcome'], RequestOutcome>> = {
  OUTCOME_UNSPECIFIED: 'failed',
  OUTCOME_COMPLETED: 'completed',
  OUTCOME_FAILED: 'failed',
  OUTCOME_CUT: 'cut',
  OUTCOME_CLIENT_GONE: 'client_gone',
};

/** An answer that came to its end may have come at the third attempt: nothing is wrong with it. */
function errorOf({ outcome, attempts }: EventBodies['UsageRecorded']): string {
  return outcome === 'OUTCOME_COMPLETED' ? '' : (attempts.at(-1)?.error ?? '');
}

function tokensOf({ quantities }: EventBodies['UsageRecorded'], side: 'prompt' | 'answer'): number {
  let sum = 0;
  for (const { unit, quantity } of quantities) if (isUnit(unit) && units[unit].side === side) sum += quantity;
  return sum;
}
