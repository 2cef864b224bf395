import { runAppenders } from '../load/append-loop.ts';
import { sampleAdmission } from '../load/sample-admission.ts';
import { interleave } from '../measure/interleave.ts';
import { type Figure, figureOf, percentile } from '../measure/statistics.ts';
import { type LogRig, startLogRig } from '../processes/log-rig.ts';
import { figureText } from '../report/figure-text.ts';
import type { Goal } from '../report/report.ts';
import { type Scenario, warmUpSeconds } from './scenario.ts';

const APPENDERS = [1, 16, 32, 64, 256];

/** What the log is compared with: the same bytes in plain inserts, each a transaction, over so many connections. */
const BARE_CONNECTIONS = [1, 16];

const GOAL = { appendersMin: 16, eventsPerSecond: 10_000 } as const;

interface Contender {
  readonly kind: 'log' | 'bare inserts';
  readonly appenders: number;
  readonly append: (appender: number) => Promise<void>;
}

interface Case {
  readonly kind: Contender['kind'];
  readonly appenders: number;
  readonly eventsPerSecond: Figure;
  readonly p50Ms: Figure;
  readonly p99Ms: Figure;
  /** Events a second over those of the bare inserts of 16 connections in the same round. */
  readonly ratio: Figure;
}

interface Round {
  readonly eventsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Durable appends to the log, beside plain inserts into the same PostgreSQL. */
export const measureLog: Scenario = async (options, signal) => {
  await using rig = await startLogRig();
  const contenders = [...(await bareContenders(rig)), ...logContenders(rig)];
  const rounds = new Map<Contender, Round[]>(contenders.map((contender) => [contender, []]));
  let appended = 0;
  const measure = async (contender: Contender, seconds: number): Promise<Round> => {
    const { appenders, append, kind } = contender;
    const result = await runAppenders({ appenders, append, durationMs: seconds * 1_000, signal });
    if (kind === 'log') appended += result.appended;
    return {
      eventsPerSecond: (result.appended / result.elapsedMs) * 1_000,
      p50Ms: percentile(result.latenciesMs, 0.5),
      p99Ms: percentile(result.latenciesMs, 0.99),
    };
  };
  for (const contender of contenders) await measure(contender, warmUpSeconds(options) / 2);
  await interleave(options.rounds, contenders, async (contender) => {
    rounds.get(contender)?.push(await measure(contender, options.seconds));
  });
  const cases = casesOf(rounds);
  return {
    method: `one RequestAdmitted an append, each in a new stream, fsync and synchronous_commit on, the writer in the load generator's process as it is in the gateway's; ${options.rounds} rounds of ${options.seconds} s each in turn; median (min–max) of rounds`,
    tables: [tableOf(cases)],
    figures: cases,
    goals: goalsOf(cases),
    faults: await faultsOf(rig, appended),
  };
};

function logContenders({ journal }: LogRig): Contender[] {
  return APPENDERS.map((appenders) => ({
    kind: 'log',
    appenders,
    async append() {
      const result = await journal.append(sampleAdmission());
      if (result.kind !== 'appended' || result.isRepeat) throw new Error(`not appended: ${JSON.stringify(result)}`);
    },
  }));
}

async function bareContenders(rig: LogRig): Promise<Contender[]> {
  const clients = await rig.connect(Math.max(...BARE_CONNECTIONS));
  return BARE_CONNECTIONS.map((appenders) => ({
    kind: 'bare inserts',
    appenders,
    async append(appender) {
      const body = JSON.stringify(sampleAdmission());
      await clients[appender]?.query({
        name: 'bare-insert',
        text: 'insert into bare_insert (body) values ($1)',
        values: [body],
      });
    },
  }));
}

function casesOf(rounds: ReadonlyMap<Contender, readonly Round[]>): Case[] {
  const all = [...rounds];
  const base = all.findLast(([{ kind }]) => kind === 'bare inserts')?.[1] ?? [];
  return all.map(([{ kind, appenders }, results]) => ({
    kind,
    appenders,
    eventsPerSecond: figureOf(results.map((round) => round.eventsPerSecond)),
    p50Ms: figureOf(results.map((round) => round.p50Ms)),
    p99Ms: figureOf(results.map((round) => round.p99Ms)),
    ratio: figureOf(
      results.map((round, index) => round.eventsPerSecond / (base[index]?.eventsPerSecond ?? Number.NaN)),
    ),
  }));
}

function tableOf(cases: readonly Case[]) {
  return {
    title: 'Durable events',
    columns: ['', 'appenders', 'events/s', 'p50 ms', 'p99 ms', `to ${BARE_CONNECTIONS.at(-1)} bare connections`],
    rows: cases.map(({ kind, appenders, eventsPerSecond, p50Ms, p99Ms, ratio }) => [
      kind,
      String(appenders),
      figureText(eventsPerSecond, 0),
      figureText(p50Ms, 2),
      figureText(p99Ms, 2),
      figureText(ratio, 2),
    ]),
  };
}

function goalsOf(cases: readonly Case[]): Goal[] {
  return cases
    .filter(({ kind, appenders }) => kind === 'log' && appenders >= GOAL.appendersMin)
    .map(({ appenders, eventsPerSecond: { median } }) => ({
      what: `${GOAL.eventsPerSecond} durable events/s at ${appenders} appenders: ${median.toFixed(0)}`,
      isMet: median >= GOAL.eventsPerSecond,
    }));
}

/** Every append that was acknowledged is in the log, and nothing else, without a gap. */
async function faultsOf({ journal, pool }: LogRig, appended: number): Promise<string[]> {
  const { rows } = await pool.query<{ events: bigint; last: bigint | null }>(
    'select count(*) as events, max(position) as last from journal.event',
  );
  const [events, last] = [Number(rows[0]?.events), Number(rows[0]?.last)];
  if (events === appended && last === appended && (await journal.head()) === appended) return [];
  return [`${appended} appends were acknowledged, the log holds ${events} events, the last at position ${last}`];
}
