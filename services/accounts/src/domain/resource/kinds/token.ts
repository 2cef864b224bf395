import { invalid } from '#errors/invalid.ts';
import { conflict } from '../conflict.ts';
import type { KindRules } from '../kind-rules.ts';
import { expiryProblem } from '../times.ts';

/** Tokens of administrators. The gateway's own token is none of them, so that no owner can be locked out. */
export const tokenRules: KindRules<'token'> = {
  settle: (next, before, { secret }) =>
    before === undefined ? { ...next, status: 'active', tokenHash: secret.hash, prefix: secret.prefix } : next,
  problem(next, before, { nowMs }) {
    if (next.purpose !== '' && next.expiresAt === '') {
      return invalid(`A token for ${next.purpose} ends at some time: say when.`, 'expires_at');
    }
    if ((next.role === 'holder') !== (next.userId !== '')) {
      return next.userId === ''
        ? invalid("A token of the role holder is about one user: say which in 'user_id'.", 'user_id')
        : invalid(`Only a token of the role holder is about a user: leave 'user_id' out for ${next.role}.`, 'user_id');
    }
    return expiryProblem(next.expiresAt, before?.expiresAt, nowMs, 'expires_at');
  },
  final: ({ status }) => (status === 'revoked' ? conflict('The admin token is revoked for good.') : undefined),
  ended: (token) => ({ ...token, status: 'revoked' }),
};
