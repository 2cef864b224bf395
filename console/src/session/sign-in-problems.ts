/** Why the identity provider's sign-in came to nothing, by what stands behind the `#`. */
const problems: Readonly<Record<string, string>> = {
  off: 'Signing in with an identity provider is not set up here.',
  away: 'The identity provider cannot be used just now. Try again; what is wrong stands in the log of the gateway.',
  refused: 'The identity provider did not sign you in, or what it said does not hold. Try again.',
  expired: 'This sign-in took too long, or was begun elsewhere. Try again.',
  no_role: 'You are known, but none of your groups has a role here. Ask an owner of the gateway for one.',
  wrong_domain: 'Your verified e-mail address belongs to no domain that may sign in here.',
  no_verified_email: 'The identity provider tells no verified e-mail address of yours.',
  suspended: 'Your account is suspended. Ask the administrator of the gateway to resume it.',
  unknown_person:
    'The identity provider knows you, but nobody here has your e-mail address. Ask an administrator of the gateway for an account.',
};

/** What the URL says of it, once; empty: nothing. */
export function takeProblem(): string {
  const [, problem = ''] = /^#sign-in-problem=(\w+)$/.exec(location.hash) ?? [];
  if (problem !== '') history.replaceState(null, '', location.pathname + location.search);
  return problem === ''
    ? ''
    : (problems[problem] ?? 'The sign-in with the identity provider came to nothing. Try again.');
}
