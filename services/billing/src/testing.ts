import { type Billing, leadBilling, loadAndFollow } from './billing.ts';
import type { PolicyOfPrices } from './reactions/price-publisher.ts';

export interface TestBilling extends Billing {
  publishPrices(): Promise<number>;
}

/** Billing without a process: loads where it stood, and leads at once. Its projections are the test's. */
export async function createBilling({
  registry,
  ...dependencies
}: Omit<Parameters<typeof leadBilling>[0], 'requests' | 'from' | 'awaitProjection'> & {
  readonly registry: PolicyOfPrices;
}): Promise<TestBilling> {
  const requests = await loadAndFollow(dependencies);
  const billing = await leadBilling({
    ...dependencies,
    awaitProjection: async () => {},
    requests,
    from: await dependencies.journal.head(),
  });
  return { ...billing, publishPrices: billing.openPrices(registry).publish };
}
