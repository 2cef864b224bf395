import { create } from '@bufbuild/protobuf';
import { UpdateRequestSchema } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { systemClock } from '#kernel/clock.ts';
import { importPrices } from '#prices-import/price-import.ts';
import type { Registry } from '#registry/registry.ts';
import type { PriceImportPort } from '../ports.ts';

/** Imports of price files. Each price becomes the operator's own by an update of its own. */
export function priceImports(registry: Pick<Registry, 'get'>): PriceImportPort {
  return {
    importPrices: (request, caller, update) =>
      importPrices(request, {
        registry,
        nowMs: systemClock(),
        set: (resource) => update(create(UpdateRequestSchema, { resource }), caller),
      }),
  };
}
