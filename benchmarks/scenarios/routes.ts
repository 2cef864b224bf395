import type { RouteRequest } from '#contracts/routing.ts';
import { anyRequest } from '#registry/any-request.ts';
import type { RouteCaller } from '#registry/caller.ts';
import { buildModelTable, type ModelTable } from '#registry/model-table.ts';
import { policy, registryOf } from '#testkit/policy.ts';
import { interleave } from '../measure/interleave.ts';
import { type Figure, figureOf } from '../measure/statistics.ts';
import { figureText } from '../report/figure-text.ts';
import { type Scenario, warmUpSeconds } from './scenario.ts';

const ROUTES = 1_000;
const GOAL_CPU_US = 100;
/** Between two looks at the clock. */
const BLOCK = 200;

type Route = Exclude<Parameters<typeof policy.route>[0], { $typeName: string }>;

/** Routes of which none fits, so that all of them are looked at, by what they ask. */
const conditions: Readonly<Record<string, (index: number) => Omit<Route, 'id'>>> = {
  models: (index) => ({ models: [`gpt-${index}*`] }),
  teams: (index) => ({ models: ['*'], teams: [`team-${index}`] }),
  headers: () => ({ models: ['*'], headers: [{ name: 'x-team', value: 'blue*' }] }),
  hours: () => ({ models: ['*'], hours: [{ days: ['sun'], from: '03:00', to: '03:01', timeZone: 'Europe/Berlin' }] }),
  'share of the traffic': () => ({ models: ['*'], sharePercent: '0' }),
};

interface Contender {
  readonly name: string;
  readonly routes: number;
  readonly table: ModelTable;
}

interface Case {
  readonly name: string;
  readonly routes: number;
  readonly cpuUs: Figure;
}

/** What it costs to find where a request goes: the routes that fit, and what is left of the candidates. */
export const measureRoutes: Scenario = async (options, signal) => {
  const contenders = [
    contender('no route', 0, () => ({ models: ['*'] })),
    ...Object.entries(conditions).map(([name, fields]) => contender(name, ROUTES, fields)),
  ];
  const rounds = new Map<Contender, number[]>(contenders.map((each) => [each, []]));
  for (const { table } of contenders) cpuUsOf(table, warmUpSeconds(options), signal);
  await interleave(options.rounds, contenders, async (each) => {
    rounds.get(each)?.push(cpuUsOf(each.table, options.seconds, signal));
  });
  const cases = [...rounds].map(([{ name, routes }, figures]): Case => ({ name, routes, cpuUs: figureOf(figures) }));
  return {
    method: `one process finds where requests of one session after another go, none of which any route fits; CPU time of the process a look; ${options.rounds} rounds of ${options.seconds} s each in turn; median (min–max) of rounds`,
    tables: [
      {
        title: 'A look',
        columns: ['routes', 'their condition', 'CPU µs'],
        rows: cases.map(({ name, routes, cpuUs }) => [String(routes), name, figureText(cpuUs, 2)]),
      },
    ],
    figures: cases,
    goals: cases.map(({ name, routes, cpuUs: { median } }) => ({
      what: `a look at ${routes} routes (${name}) below ${GOAL_CPU_US} µs of CPU: ${median.toFixed(1)}`,
      isMet: median < GOAL_CPU_US,
    })),
    faults: [],
  };
};

function contender(name: string, routes: number, fields: (index: number) => Omit<Route, 'id'>): Contender {
  const resources = [
    policy.provider({ id: 'a', models: ['m'] }),
    policy.provider({ id: 'b', models: ['m'] }),
    ...Array.from({ length: routes }, (_, index) => policy.route({ ...fields(index), id: `route-${index}` })),
  ];
  return { name, routes, table: buildModelTable(registryOf(...resources), () => []) };
}

const caller: RouteCaller = { userId: 'u', keyId: 'k', teamId: 't', tags: ['a', 'b'] };

function requestOf(index: number): RouteRequest {
  const session = `u\n0198c2f0-session-${index}`;
  return { ...anyRequest(index * 1_000), headers: { 'x-team': 'red' }, shareKey: session, promptTokensEstimate: 500 };
}

function cpuUsOf(table: ModelTable, seconds: number, signal: AbortSignal): number {
  const requests = Array.from({ length: BLOCK }, (_, index) => requestOf(index));
  const endMs = performance.now() + seconds * 1_000;
  const before = process.cpuUsage();
  let looks = 0;
  while (performance.now() < endMs) {
    signal.throwIfAborted();
    for (const request of requests) table.find('m', caller, request);
    looks += BLOCK;
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / looks;
}
