import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../api/client.ts';
import { creditsUndo } from '../../api/gen/index.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { offerUndo } from '../../ui/undo/undo-offers.ts';
import { balances, type Payer } from './payer.ts';

/** Adds money to a balance, or takes it away. */
export function TopUp({ collection, id, onClose }: Payer & { readonly onClose: () => void }) {
  const queries = useQueryClient();
  // One key for as long as the dialog is open: sent twice, it adds once.
  const [repeatKey] = useState(() => crypto.randomUUID());
  const pay = async ({ amount_usd = '', reason = '' }: Readonly<Record<string, string>>): Promise<void> => {
    const body = { amount_usd, ...(reason === '' ? {} : { reason }) };
    const credit = await ask(
      balances[collection].change({ path: { id }, body, headers: { 'Idempotency-Key': repeatKey } }),
    );
    // Money that was taken away is no credit: it is put back by another top-up.
    if (!amount_usd.startsWith('-')) {
      offerUndo(`${amount_usd} USD are added`, () => ask(creditsUndo({ path: { id: credit.id ?? '' }, body: {} })));
    }
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
