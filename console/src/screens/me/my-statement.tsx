import { meLedger } from '../../api/gen/index.ts';
import { Listed } from '../../ui/listed.tsx';
import { Page } from '../../ui/page.tsx';
import { usePage } from '../../ui/use-page.ts';
import { ledgerColumns } from '../balances/ledger.tsx';
import { PayerNote } from './payer-note.tsx';
import { useMe } from './use-me.ts';

/** What moved a holder's own balance. */
export default function MyStatement() {
  const me = useMe();
  const question = usePage(['my-ledger'], (asked) => meLedger(asked));
  return (
    <Page title="Statement" lead="What moved your balance, newest first: credits, and the charge of each request.">
      {me.data !== undefined && <PayerNote me={me.data} />}
      <Listed
        caption="Statement"
        idOf={({ position }) => String(position)}
        empty="No money has moved yet."
        columns={ledgerColumns}
        question={question}
      />
    </Page>
  );
}
