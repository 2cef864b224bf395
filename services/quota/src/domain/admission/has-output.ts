import type { AdmitRequest } from '#contracts/quota.ts';

/** Whether answers have tokens: vectors have none. */
export function hasOutput({ operation }: Pick<AdmitRequest, 'operation'>): boolean {
  return operation !== 'embed';
}
