import assert from 'node:assert/strict';
import { afterAll, describe, test } from '#testkit/test.ts';
import { startSimulatorProcess } from '../../services/standalone/src/simulator-process.ts';
import { expectedCharge } from '../e2e/support/expected-charge.ts';
import { install } from '../e2e/support/install.ts';
import { metered } from '../e2e/support/provider-meter.ts';
import { backendKeys, backendProviders } from '../formats/backends.ts';
import { claudeCodeSession } from './claude-code-session.ts';
import { codexSession } from './codex-session.ts';
import { geminiCliSession } from './gemini-cli-session.ts';
import type { AgentSession } from './session.ts';
import { upstreams } from './upstreams.ts';

const simulator = await startSimulatorProcess();
const installation = await install({
  simulatorUrl: simulator.url,
  providers: backendProviders(simulator.url),
  environment: await backendKeys(simulator.url),
});
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
  await simulator.stop();
});

const sessions: Readonly<Record<string, AgentSession>> = {
  'Claude Code': claudeCodeSession,
  Codex: codexSession,
  'Gemini CLI': geminiCliSession,
};

for (const [agent, session] of Object.entries(sessions)) {
  describe(`a session of ${agent}`, () => {
    for (const { name, provider, model } of upstreams) {
      for (const stream of [true, false]) {
        test(`before ${name}, ${stream ? 'streamed' : 'whole'}, goes to its end, and its cost is what was metered`, async () => {
          const customer = await installation.customer({ creditUsd: '100' });
          const before = (await metered(simulator.url)).length;
          const sessionId = `${agent}-${name}-${stream}`.replaceAll(' ', '-');
          const { url } = installation.gateway();
          await session({ url, apiKey: customer.apiKey, model, stream, sessionId });
          await installation.settled();
          const records = (await metered(simulator.url)).slice(before);
          const cost = records.reduce((sum, record) => sum + expectedCharge(record), 0n);
          assert.ok(cost > 0n);
          assert.equal((await customer.balance()).charged, cost);
          assert.deepEqual(await costsBy('provider', customer.apiKey), { [provider]: cost });
          // Gemini CLI does not name its sessions.
          const named = agent === 'Gemini CLI' ? {} : { [sessionId]: cost };
          assert.deepEqual(await costsBy('session', customer.apiKey), named);
        });
      }
    }
  });
}

/** What the gateway says that a user was charged by each value of a dimension, in nano-USD. */
async function costsBy(dimension: string, apiKey: string): Promise<Record<string, bigint>> {
  const response = await fetch(`${installation.gateway().url}/v1/usage?group_by=${dimension}`, {
    headers: { authorization: `Bearer ${apiKey}` },
  });
  const { data } = (await response.json()) as { data: readonly Record<string, string>[] };
  const costs = data.map((line) => [line[dimension] ?? '', BigInt(line['amount_nano_usd'] ?? '-1')] as const);
  return Object.fromEntries(costs.filter(([value]) => value !== ''));
}
