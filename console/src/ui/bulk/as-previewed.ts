import { ask, type Versioned } from '../../api/client.ts';
import { type BulkAction, isLeftOut, type Planned, type Values } from './bulk-action.ts';

interface AsPreviewed<Row> {
  readonly plan: (row: Row, values: Values) => Planned;
  /** The row as it is now. */
  readonly read: (row: Row) => Promise<Versioned<Row>>;
  /** Changes it, under `If-Match` where the gateway takes it. */
  readonly change: (row: Row, values: Values, headers: ChangeHeaders) => Parameters<typeof ask>[0];
}

export type ChangeHeaders = Readonly<Record<'If-Match' | 'Idempotency-Key', string>>;

/**
 * A bulk action's `run` that changes a row only where it is as the preview showed it, and resolves with the row as it was. A row that is
 * already as it would become is left alone, and resolves with null: a second try finds what the first has done.
 */
export function asPreviewed<Row>({ plan, read, change }: AsPreviewed<Row>): BulkAction<Row>['run'] {
  return async (row, values, repeatKey) => {
    const { value, etag } = await read(row);
    const seen = plan(row, values);
    const now = plan(value, values);
    if (isLeftOut(now)) return null;
    if (isLeftOut(seen) || seen.before !== now.before) {
      throw new Error(`It was changed since the preview: it is ${now.before} now.`);
    }
    await ask(change(value, values, { 'If-Match': etag, 'Idempotency-Key': repeatKey }));
    return value;
  };
}
