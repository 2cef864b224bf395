import type { RouteRequest } from '#contracts/routing.ts';
import { namePattern } from '#kernel/name-pattern.ts';
import { timeMs } from '#kernel/time-text.ts';
import type { RouteCaller } from './caller.ts';
import type { ResourceOf } from './kinds.ts';
import { hoursTest } from './route-hours.ts';
import { trafficShare } from './traffic-share.ts';

type Route = ResourceOf<'route'>;
type Test = (caller: RouteCaller, request: RouteRequest) => boolean;

/** What a route asks of a request beside its model. */
export interface RouteCondition {
  /** The fields of the route that say so: "teams, users". */
  readonly fields: string;
  readonly holds: Test;
}

/** Rows in the order in which they are looked at, cheap ones first. A row without a test says nothing of this route. */
const rows: readonly ((route: Route) => RouteCondition | undefined)[] = [
  ({ status }) => (status === 'disabled' ? { fields: 'status', holds: () => false } : undefined),
  ({ startsAt }) =>
    when(
      startsAt,
      'starts_at',
      (startsAtMs) =>
        (_, { nowMs }) =>
          nowMs >= startsAtMs,
    ),
  ({ endsAt }) =>
    when(
      endsAt,
      'ends_at',
      (endsAtMs) =>
        (_, { nowMs }) =>
          nowMs < endsAtMs,
    ),
  whoseRequests,
  ({ regions }) =>
    anyOf(
      regions,
      'regions',
      (named) =>
        (_, { region }) =>
          named.has(region),
    ),
  ({ promptTokensMin: min }) =>
    where(min > 0, 'prompt_tokens_min', (_, { promptTokensEstimate }) => promptTokensEstimate >= min),
  ({ promptTokensMax: max }) =>
    where(max > 0, 'prompt_tokens_max', (_, { promptTokensEstimate }) => promptTokensEstimate <= max),
  (route) =>
    anyOf(
      route.modalities,
      'modalities',
      (named) =>
        (_, { modalities }) =>
          hasOne(modalities, named),
    ),
  (route) =>
    anyOf(
      route.capabilities,
      'capabilities',
      (named) =>
        (_, { capabilities }) =>
          hasOne(capabilities, named),
    ),
  allHeaders,
  theHours,
  // After all others: a share is one of the requests that fit otherwise.
  theShare,
];

/** The conditions of a route, its models aside. Empty: every request fits. */
export function conditionsOf(route: Route): readonly RouteCondition[] {
  return rows.flatMap((row) => row(route) ?? []);
}

/** Teams, users, keys and tags are alternatives. */
function whoseRequests({ teams, users, keys, tags }: Route): RouteCondition | undefined {
  const given = Object.entries({ teams, users, keys, tags }).filter(([, named]) => named.length > 0);
  if (given.length === 0) return undefined;
  const named = { teams: new Set(teams), users: new Set(users), keys: new Set(keys), tags: new Set(tags) };
  return {
    fields: given.map(([field]) => field).join(', '),
    holds: ({ userId, keyId, teamId, tags: carried }) =>
      named.users.has(userId) ||
      (keyId !== '' && named.keys.has(keyId)) ||
      (teamId !== '' && named.teams.has(teamId)) ||
      (named.tags.size > 0 && hasOne(carried, named.tags)),
  };
}

/** Of a header that comes several times one value has to fit. */
function allHeaders({ headers }: Route): RouteCondition | undefined {
  const wanted = headers.map(({ name, value }) => ({ name: name.toLowerCase(), pattern: namePattern(value) }));
  return where(wanted.length > 0, 'headers', (_, request) =>
    wanted.every(({ name, pattern }) => {
      const value = Object.hasOwn(request.headers, name) ? request.headers[name] : undefined;
      if (value === undefined) return false;
      return typeof value === 'string' ? pattern.fits(value) : value.some((each) => pattern.fits(each));
    }),
  );
}

function theHours({ hours }: Route): RouteCondition | undefined {
  const isWithin = hoursTest(hours);
  return where(hours.length > 0, 'hours', (_, { nowMs }) => isWithin(nowMs));
}

function theShare({ id, sharePercent }: Route): RouteCondition | undefined {
  const isIn = trafficShare(sharePercent, id);
  return where(sharePercent !== '', 'share_percent', (_, { shareKey }) => isIn(shareKey));
}

function where(isGiven: boolean, fields: string, holds: Test): RouteCondition | undefined {
  return isGiven ? { fields, holds } : undefined;
}

function anyOf(
  named: readonly string[],
  field: string,
  test: (named: ReadonlySet<string>) => Test,
): RouteCondition | undefined {
  return where(named.length > 0, field, test(new Set(named)));
}

/** A time that cannot be read is never: NaN is neither before nor after another. */
function when(text: string, field: string, test: (atMs: number) => Test): RouteCondition | undefined {
  return where(text !== '', field, test(timeMs(text)));
}

function hasOne(values: readonly string[], named: ReadonlySet<string>): boolean {
  return values.some((value) => named.has(value));
}
