import { useState } from 'react';
import { ask } from '../../api/client.ts';
import { type PriceBookLine, type PriceInput, pricesDelete, pricesSet } from '../../api/gen/index.ts';
import { useMay } from '../../session/session.tsx';
import { Button } from '../../ui/button.tsx';
import { ResourceActions } from '../../ui/resource-actions.tsx';
import { PriceForm } from './price-form.tsx';

/** A price of one's own is changed and deleted; one of the catalogue is replaced by one's own. */
export function PriceActions({ line }: { readonly line: PriceBookLine }) {
  const id = line.id ?? '';
  const mayWrite = useMay('operator', 'billing');
  const [isOpen, setOpen] = useState(false);
  const { prices = [], bands = [], service_tiers = [], holds_from } = line;
  const terms = { prices, bands, service_tiers };
  if (!mayWrite) return null;
  if (line.own !== true) {
    return (
      <>
        <Button aria-label={`Set own price of ${id}`} onClick={() => setOpen(true)}>
          Set own
        </Button>
        {isOpen && <PriceForm id={id} price={terms} onClose={() => setOpen(false)} />}
      </>
    );
  }
  return (
    <ResourceActions
      what="price"
      id={id}
      resource={{ ...terms, effective_at: holds_from ?? '' }}
      roles={['operator', 'billing']}
      reads={['prices', 'models']}
      consequence="The catalogue's price holds again for new requests; where it has none, they are refused."
      form={(onClose) => <PriceForm id={id} price={terms} onClose={onClose} />}
      onSet={(body) => ask(pricesSet({ path: { id }, body: body as unknown as PriceInput }))}
      onDelete={() => ask(pricesDelete({ path: { id } }))}
    />
  );
}
