import type { TargetName } from '../load/workload.ts';
import { type GatewayOptions, type GatewayUnderLoad, startGateway } from './gateway.ts';
import { type NodeChild, startNodeChild } from './node-child.ts';
import { type SimulatorUnderLoad, startSimulator } from './simulator.ts';

const BARE_PROXY = new URL('../bare-proxy.ts', import.meta.url);

/** The simulator answers any key, and the bare proxy passes any on. */
const ANY_KEY = 'any-key';

export interface Target {
  readonly name: TargetName;
  readonly url: string;
  readonly apiKey: string;
}

/** Everything that runs while something is measured, each in a process of its own; the load generator is this one. */
export interface Rig extends AsyncDisposable {
  readonly simulator: SimulatorUnderLoad;
  readonly bareProxy: NodeChild;
  readonly gateway: GatewayUnderLoad;
  /** From the zero line up. */
  readonly targets: readonly Target[];
}

export async function startRig(options: GatewayOptions): Promise<Rig> {
  await using undo = new AsyncDisposableStack();
  const simulator = undo.use(await startSimulator());
  const bareProxy = undo.use(await startNodeChild(BARE_PROXY, ['--upstream', simulator.url]));
  const gateway = undo.use(await startGateway(simulator.url, options));
  const running = undo.move();
  return {
    simulator,
    bareProxy,
    gateway,
    targets: [
      { name: 'direct', url: simulator.url, apiKey: ANY_KEY },
      { name: 'bare proxy', url: bareProxy.url, apiKey: ANY_KEY },
      { name: 'gateway', url: gateway.url, apiKey: gateway.apiKey },
    ],
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
