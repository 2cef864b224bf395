import type { ApiKey } from '../../api/gen/index.ts';
import { Table } from '../../ui/table.tsx';
import { keyColumns } from './key-columns.tsx';

/** Somebody's keys, and what can be done with each. */
export function KeyTable({ keys }: { readonly keys: readonly ApiKey[] }) {
  return (
    <Table
      caption="API keys"
      columns={keyColumns}
      rows={keys}
      idOf={({ id }) => id ?? ''}
      empty="Make one: it is shown once."
    />
  );
}
