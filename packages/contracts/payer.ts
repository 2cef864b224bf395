import type { Payer } from './admin-needs.ts';

export type PayerKind = Payer['kind'];

/** Whose balance an event is about: the user's where it names no other payer, as in old logs. */
export function payerOf(data: {
  readonly userId: string;
  readonly payerKind: string;
  readonly payerId: string;
}): Payer {
  if (data.payerKind === '') return userPayer(data.userId);
  return { kind: data.payerKind as PayerKind, id: data.payerId };
}

export function userPayer(userId: string): Payer {
  return { kind: 'user', id: userId };
}

/** How an event names a payer: a user who pays for itself by nothing. */
export function payerToEvent({ kind, id }: Payer): { readonly payerKind: string; readonly payerId: string } {
  return kind === 'user' ? { payerKind: '', payerId: '' } : { payerKind: kind, payerId: id };
}

/** A payer as the key of a map. */
export function payerKey({ kind, id }: Payer): string {
  return `${kind}:${id}`;
}
