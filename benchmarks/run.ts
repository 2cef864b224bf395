/** Measures: `npm run bench -- [scenario …]`; `--help` lists what there is, README.md says what the figures mean. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describeMachine, type Machine } from './measure/machine.ts';
import { type BenchOptions, readOptions, type ScenarioName, usage } from './options.ts';
import type { Report } from './report/report.ts';
import { reportText } from './report/report-text.ts';
import { resultJson, saveResult } from './report/result-file.ts';
import { measureChoosing } from './scenarios/choosing.ts';
import { measureDecisions } from './scenarios/decisions.ts';
import { measureDistributed } from './scenarios/distributed.ts';
import { measureFleet } from './scenarios/fleet.ts';
import { measureFormats } from './scenarios/formats.ts';
import { measureHops } from './scenarios/hops.ts';
import { measureLatency } from './scenarios/latency.ts';
import { measureLog } from './scenarios/log.ts';
import { measureMemory } from './scenarios/memory.ts';
import { measureOutward } from './scenarios/outward.ts';
import { measureRouter } from './scenarios/router.ts';
import { measureRoutes } from './scenarios/routes.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { measureStreams } from './scenarios/streams.ts';
import { measureThroughputs } from './scenarios/throughput.ts';
import { measureTtft } from './scenarios/ttft.ts';

const scenarios: Readonly<Record<ScenarioName, Scenario>> = {
  latency: measureLatency,
  throughput: measureThroughputs,
  memory: measureMemory,
  log: measureLog,
  decisions: measureDecisions,
  choosing: measureChoosing,
  routes: measureRoutes,
  formats: measureFormats,
  ttft: measureTtft,
  hops: measureHops,
  router: measureRouter,
  streams: measureStreams,
  fleet: measureFleet,
  distributed: measureDistributed,
  outward: measureOutward,
};

/** Between scenarios: what the one before has left to the disk should not slow the next. */
const PAUSE_MS = 2_000;

process.exitCode = await main();

async function main(): Promise<number> {
  let options: BenchOptions | undefined;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    return 1;
  }
  if (options === undefined) {
    process.stdout.write(usage);
    return 0;
  }
  const interrupt = new AbortController();
  // Ends the load; what was started is then stopped in order. The same signal again ends at once.
  process.once('SIGINT', () => interrupt.abort(new Error('interrupted')));
  process.once('SIGTERM', () => interrupt.abort(new Error('interrupted')));
  try {
    return await runAll(options, interrupt.signal);
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    process.stderr.write('Interrupted: nothing was kept of the scenario under way.\n');
    return 130;
  }
}

async function runAll(options: BenchOptions, signal: AbortSignal): Promise<number> {
  const machine = await describeMachine();
  let isSound = true;
  for (const [index, name] of options.scenarios.entries()) {
    if (index > 0) await sleep(PAUSE_MS, undefined, { signal });
    process.stderr.write(`Measuring ${name} …\n`);
    const report = await scenarios[name](options, signal);
    await publish(name, machine, report, options);
    isSound &&= report.faults.length === 0;
  }
  return isSound ? 0 : 1;
}

async function publish(scenario: ScenarioName, machine: Machine, report: Report, options: BenchOptions): Promise<void> {
  const { isJson, isSaved, scenarios: _, ...settings } = options;
  const result = { scenario, measuredAt: new Date().toISOString(), settings, machine, report };
  process.stdout.write(isJson ? resultJson(result) : reportText(scenario, machine, report));
  if (isSaved) process.stderr.write(`Kept in ${await saveResult(result)}\n`);
}
