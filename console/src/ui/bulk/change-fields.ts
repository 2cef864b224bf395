import { ask, type Versioned } from '../../api/client.ts';
import { asPreviewed, type ChangeHeaders } from './as-previewed.ts';
import type { BulkAction, Planned, Values } from './bulk-action.ts';

type Asked = Parameters<typeof ask>[0];

interface FieldChange<Row> {
  readonly read: (row: Row) => Promise<Versioned<Row>>;
  readonly update: (row: Row, body: Readonly<Record<string, unknown>>, headers: ChangeHeaders) => Asked;
  readonly plan: (row: Row, values: Values) => Planned;
  /** The fields to be written, of the row as it is; taken back, they get what the row had. */
  readonly fieldsOf: (values: Values, row: Row) => Readonly<Record<string, unknown>>;
}

/**
 * `plan`, `run` and `undo` of a bulk action that writes some fields of each row. It is taken back only where the fields are still as the
 * action wrote them.
 */
export function changeFields<Row extends object>({
  read,
  update,
  plan,
  fieldsOf,
}: FieldChange<Row>): Pick<BulkAction<Row>, 'plan' | 'run' | 'undo'> {
  const run = asPreviewed<Row>({
    plan,
    read,
    change: (row, values, headers) => update(row, fieldsOf(values, row), headers),
  });
  return {
    plan,
    run: async (row, values, repeatKey) => {
      const before = await run(row, values, repeatKey);
      return before === null ? null : { before, written: fieldsOf(values, before as Row) };
    },
    undo: async (row, done, repeatKey) => {
      const { before, written } = done as { readonly before: Row; readonly written: Readonly<Record<string, unknown>> };
      const { value, etag } = await read(row);
      const names = Object.keys(written);
      const changed = names.find((name) => textOf(value, name) !== textOf(written, name));
      if (changed !== undefined) throw new Error(`The field ${changed} was changed since.`);
      const body = Object.fromEntries(names.map((name) => [name, fieldOf(before, name) ?? null]));
      await ask(update(row, body, { 'If-Match': etag, 'Idempotency-Key': repeatKey }));
    },
  };
}

function fieldOf(object: object, name: string): unknown {
  return (object as Record<string, unknown>)[name];
}

/** Empty, null and left out are one: a field that has nothing. */
function textOf(object: object, name: string): string {
  return String(fieldOf(object, name) ?? '');
}
