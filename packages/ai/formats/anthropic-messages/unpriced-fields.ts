import type { Refusal } from '#errors/error-table.ts';
import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import { isGiven, notPriced } from '../../ask/problems.ts';

/** A field that asks for something whose cost no hold could bound. */
interface UnpricedField {
  readonly field: string;
  readonly isAsked: (value: unknown) => boolean;
  readonly why: string;
}

const unpricedFields: readonly UnpricedField[] = [
  { field: 'container', isAsked: isGiven, why: 'a container is charged by the hour' },
  { field: 'mcp_servers', isAsked: isGiven, why: 'what a server of tools answers is of unknown length' },
  { field: 'fallbacks', isAsked: isGiven, why: 'a model that the provider falls back on has a price of its own' },
  { field: 'fallback_credit_token', isAsked: isGiven, why: 'a credit belongs to the account that was given it' },
  { field: 'billing_policy', isAsked: isGiven, why: 'only the default is priced' },
  { field: 'compaction', isAsked: isGiven, why: 'a compaction is charged beside the answer' },
  { field: 'thread', isAsked: isGiven, why: 'a history that the provider keeps is of unknown length' },
  { field: 'context_management', isAsked: compacts, why: 'a compaction is charged beside the answer' },
  { field: 'inference_geo', isAsked: (geo) => isGiven(geo) && geo !== 'global', why: 'a region has prices of its own' },
];

export const unpricedFieldNames: readonly string[] = unpricedFields.map(({ field }) => field);

/** Refuses what would cost money that no price covers; undefined where everything that is asked for is priced. */
export function unpricedField(body: JsonObject): Refusal | undefined {
  const found = unpricedFields.find(({ field, isAsked }) => isAsked(body[field]));
  return found && notPriced(found.field, found.why);
}

function compacts(contextManagement: unknown): boolean {
  const edits = asArray(asObject(contextManagement)?.['edits']);
  return edits.some((edit) => String(asObject(edit)?.['type']).startsWith('compact'));
}
