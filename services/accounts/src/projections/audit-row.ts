import type { DescMessage } from '@bufbuild/protobuf';
import { fieldOptionsOf } from '#admin-api/field-options.ts';
import { Visibility } from '#contracts/gen/gateway/admin/v1/options_pb.js';
import { payerOf } from '#contracts/payer.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { isJsonObject, type JsonObject } from '#kernel/json.ts';
import { formatUsd } from '#money/nano-usd.ts';
import { factsOf, isKind } from '#registry/kinds.ts';
import { type ResourceRow, resourceOf } from './resource-row.ts';

/** An action of administration as it stands in the table. */
export interface AuditRow extends Who {
  readonly position: number;
  readonly atMs: number;
  readonly action: string;
  readonly kind: string;
  readonly id: string;
  readonly before: JsonObject | null;
  readonly after: JsonObject | null;
}

interface Who {
  readonly actor: string;
  readonly role: string;
  readonly address: string;
  readonly requestId: string;
}

type Action = Who & Pick<AuditRow, 'action' | 'atMs'>;

/** Of old events, which do not say. */
const nobody: Who = { actor: '', role: '', address: '', requestId: '' };

/** The personal data of a state, to be opened as long as its key is there. */
const SEALED = 'sealed';

/** What an event adds to the log of actions; undefined: nothing. */
export function auditRowOf(
  event: RecordedEvent,
  before: ResourceRow | undefined,
  after: ResourceRow | undefined,
): AuditRow | undefined {
  const action = actionOf(event);
  const subject = resourceOf(event) ?? payerIn(event) ?? actedOn(event);
  if (action === undefined || subject === undefined) return undefined;
  const { position } = event;
  const { kind, id } = subject;
  return {
    position,
    ...action,
    kind,
    id,
    before: shownOf(before),
    after: shownOf(after) ?? amountOf(event) ?? detailsOf(event),
  };
}

function actionOf({ type, data, correlationId }: RecordedEvent): Action | undefined {
  switch (type) {
    case 'ResourceSet':
      return { ...whoOf(data.by), action: data.by?.action ?? '', atMs: Number(data.setAtMs) };
    case 'ResourceRemoved':
      return { ...whoOf(data.by), action: data.by.action, atMs: Number(data.removedAtMs) };
    case 'UserCreated':
    case 'ApiKeyCreated':
      return { ...nobody, action: 'create', atMs: Number(data.createdAtMs) };
    case 'ApiKeyRevoked':
      return { ...nobody, action: 'revoke', atMs: Number(data.revokedAtMs) };
    case 'BalanceCredited': {
      const { actor, actorRole: role, address, creditedAtMs } = data;
      // An old event has no actor, and a correlation that is no request's.
      const requestId = actor === '' ? '' : correlationId;
      return { actor, role, address, requestId, action: 'credit', atMs: Number(creditedAtMs) };
    }
    case 'BalanceDebited':
      return { ...whoOf(data.by), action: 'debit', atMs: Number(data.debitedAtMs) };
    case 'AdminActed':
      return { ...whoOf(data.by), action: data.by.action, atMs: Number(data.actedAtMs) };
    case 'AlertRetried':
      return { ...whoOf(data.by), action: data.by.action, atMs: Number(data.retriedAtMs) };
    default:
      return undefined;
  }
}

function whoOf(by: Partial<Who> | undefined): Who {
  const { actor = '', role = '', address = '', requestId = '' } = by ?? {};
  return { actor, role, address, requestId };
}

function payerIn({ type, data }: RecordedEvent): Pick<AuditRow, 'kind' | 'id'> | undefined {
  if (type === 'BalanceCredited') return payerOf(data);
  return type === 'BalanceDebited' ? data.payer : undefined;
}

/** What an action that changes nothing by itself was done to. */
function actedOn({ type, data }: RecordedEvent): Pick<AuditRow, 'kind' | 'id'> | undefined {
  if (type === 'AlertRetried') return { kind: 'alert', id: data.alertId };
  return type === 'AdminActed' ? data : undefined;
}

function detailsOf({ type, data }: RecordedEvent): JsonObject | null {
  if (type === 'AlertRetried') return { channels: data.channelIds.join(', ') };
  return type === 'AdminActed' ? data.details : null;
}

/** What happened to a balance, by the names that its callers know. */
function amountOf({ type, data }: RecordedEvent): JsonObject | null {
  if (type === 'BalanceCredited') {
    const { creditId, amountNanoUsd, reason } = data;
    return { credit_id: creditId, amount_usd: formatUsd(BigInt(amountNanoUsd)), reason };
  }
  if (type === 'BalanceDebited') {
    const { debitId, amountNanoUsd, reason, undoesCreditId } = data;
    const amount = { debit_id: debitId, amount_usd: formatUsd(-BigInt(amountNanoUsd)), reason };
    return undoesCreditId === '' ? amount : { ...amount, undoes_credit_id: undoesCreditId };
  }
  return null;
}

/** The state without hashes and sealed secrets. Of a kind that is not known, nothing: anything might be hidden. */
function shownOf(row: ResourceRow | undefined): JsonObject | null {
  if (row === undefined || row.removedAtMs !== null || !isKind(row.kind)) return null;
  return withoutHidden(factsOf(row.kind).schema, row.state);
}

function withoutHidden({ fields }: DescMessage, state: JsonObject): JsonObject {
  const left: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(state)) {
    const field = fields.find(({ jsonName }) => jsonName === name);
    if (field !== undefined && fieldOptionsOf(field).visibility === Visibility.HIDDEN && name !== SEALED) continue;
    const below = field?.message;
    left[name] = below === undefined ? value : mapObjects(value, (each) => withoutHidden(below, each));
  }
  return left;
}

function mapObjects(value: unknown, map: (each: JsonObject) => JsonObject): unknown {
  if (Array.isArray(value)) return value.map((each: unknown) => mapObjects(each, map));
  return isJsonObject(value) ? map(value) : value;
}
