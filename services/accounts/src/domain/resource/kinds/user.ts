import { conflict } from '../conflict.ts';
import type { KindRules } from '../kind-rules.ts';

/** Users. A deleted one stays in the books, and its keys end since it is in force no more. */
export const userRules: KindRules<'user'> = {
  settle: (next, _before, { emailDigest }) => ({
    ...next,
    status: next.status === '' ? 'active' : next.status,
    emailDigest: next.email === '' ? '' : emailDigest(next.email),
  }),
  problem: ({ id, emailDigest }, _before, { emailOwner }) => {
    const owner = emailDigest === '' ? undefined : emailOwner(emailDigest);
    return owner === undefined || owner === id ? undefined : conflict('Another user has this e-mail.', 'email');
  },
  final: ({ status }) => (status === 'deleted' ? conflict('The user is deleted for good.') : undefined),
  ended: (user) => ({ ...user, status: 'deleted' }),
  verbs: {
    suspend: (user) => ({ ...user, status: 'suspended' }),
    resume: (user) => ({ ...user, status: 'active' }),
  },
};
