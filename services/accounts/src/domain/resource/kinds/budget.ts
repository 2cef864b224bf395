import type { KindRules } from '../kind-rules.ts';

/** Organisations: active from the start. That teams refer to one keeps it from being deleted. */
export const organisationRules: KindRules<'organisation'> = {
  settle: (next) => ({ ...next, status: next.status === '' ? 'active' : next.status }),
};

/** Teams, in the same way. */
export const teamRules: KindRules<'team'> = {
  settle: (next) => ({ ...next, status: next.status === '' ? 'active' : next.status }),
};
