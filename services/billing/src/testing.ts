import { type Billing, leadBilling, loadAndFollow } from './billing.ts';

/** Billing without a process: loads its tables, and leads at once. */
export async function createBilling(
  dependencies: Omit<Parameters<typeof leadBilling>[0], 'requests' | 'from'>,
): Promise<Billing> {
  const requests = await loadAndFollow(dependencies);
  return leadBilling({ ...dependencies, requests, from: await dependencies.journal.head() });
}
