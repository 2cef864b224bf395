import type { PriceBookLine } from '../../api/gen/index.ts';
import { Opens } from '../../ui/opens.tsx';
import { ResourceActions } from '../../ui/resource-actions.tsx';
import { ResourceForm } from '../../ui/resource-form.tsx';
import { priceKind } from './price-kind.ts';

/** A price of one's own is changed and deleted; one of the catalogue is replaced by one's own. */
export function PriceActions({ line: { id, own, prices = [], bands = [], service_tiers = [] } }: PriceActionsProps) {
  const of = id ?? '';
  if (own === true) return <ResourceActions kind={priceKind} id={of} />;
  return (
    <Opens label="Set own" aria-label={`Set own price of ${of}`} roles={priceKind.roles}>
      {(close) => <ResourceForm kind={priceKind} id={of} like={{ prices, bands, service_tiers }} onClose={close} />}
    </Opens>
  );
}

interface PriceActionsProps {
  readonly line: PriceBookLine;
}
