import type { Rig } from '../processes/rig.ts';
import { cpuMsOf, cpuMsOfFamily } from './process-cpu.ts';

export const processNames = ['load generator', 'simulator', 'bare proxy', 'gateway', 'PostgreSQL'] as const;

/** CPU time in milliseconds, by process. */
export type CpuAccount = Readonly<Record<(typeof processNames)[number], number>>;

/** What every process of the rig has used so far. */
export async function readCpu({ simulator, bareProxy, gateway }: Rig): Promise<CpuAccount> {
  const [ofSimulator, ofProxy, ofGateway, ofPostgres] = await Promise.all([
    cpuMsOf(simulator.pid),
    cpuMsOf(bareProxy.pid),
    cpuMsOf(gateway.pid),
    cpuMsOfFamily(gateway.postmasterPid),
  ]);
  const { user, system } = process.cpuUsage();
  return {
    'load generator': (user + system) / 1_000,
    simulator: ofSimulator,
    'bare proxy': ofProxy,
    gateway: ofGateway,
    PostgreSQL: ofPostgres,
  };
}

export function cpuBetween(before: CpuAccount, after: CpuAccount): CpuAccount {
  const entries = processNames.map((name) => [name, after[name] - before[name]] as const);
  return Object.fromEntries(entries) as CpuAccount;
}
