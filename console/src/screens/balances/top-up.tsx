import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../api/client.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { balances, type Payer } from './payer.ts';

/** Adds money to a balance, or takes it away. */
export function TopUp({ collection, id, onClose }: Payer & { readonly onClose: () => void }) {
  const queries = useQueryClient();
  // One key for as long as the dialog is open: sent twice, it adds once.
  const [repeatKey] = useState(() => crypto.randomUUID());
  const pay = async ({ amount_usd = '', reason = '' }: Readonly<Record<string, string>>): Promise<void> => {
    const body = { amount_usd, ...(reason === '' ? {} : { reason }) };
    await ask(balances[collection].change({ path: { id }, body, headers: { 'Idempotency-Key': repeatKey } }));
    await queries.invalidateQueries({ queryKey: [collection] });
    onClose();
  };
  return (
    <FormDialog
      title="Top up"
      action="Add to the balance"
      inputs={[
        { name: 'amount_usd', label: 'Amount in USD', hint: 'Negative: it is taken away', isRequired: true },
        { name: 'reason', label: 'Reason', hint: 'An invoice, a name: it stands in the ledger' },
      ]}
      onSubmit={pay}
      onClose={onClose}
    />
  );
}
