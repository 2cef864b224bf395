import { readFileSync } from 'node:fs';
import { Pool } from 'undici';
import { temporaryDataDir } from '#testkit/gateway-process.ts';
import { makeCertificate } from '#testkit/temporary-authority.ts';
import { interleave } from '../measure/interleave.ts';
import { type Figure, figureOf, percentile } from '../measure/statistics.ts';
import { startNodeChild } from '../processes/node-child.ts';
import { figureText } from '../report/figure-text.ts';
import { type Scenario, warmUpSeconds } from './scenario.ts';

const SERVER = new URL('../processes/tls-pieces.ts', import.meta.url);
const CALLERS = [1, 64] as const;
/** A request of some hundred tokens. */
const BODY = Buffer.from(JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'words '.repeat(70) }] }));
const END = 'data: [DONE]\n\n';

interface Contender {
  readonly version: '1.1' | '2';
  readonly callers: number;
  readonly pool: Pool;
}

interface Round {
  readonly cpuUs: number;
  readonly p50Ms: number;
}

interface Case {
  readonly version: string;
  readonly callers: number;
  readonly cpuUs: Figure;
  readonly p50Ms: Figure;
}

/** What HTTP/2 to a provider would bring: streamed answers over TLS, as undici has them. */
export const measureOutward: Scenario = async (options, signal) => {
  await using folder = await temporaryDataDir();
  const { certFile, keyFile, caFile } = makeCertificate(folder.path, 'provider');
  const args = ['--cert', certFile, '--key', keyFile];
  await using first = await startNodeChild(SERVER, ['--http', '1', ...args]);
  await using second = await startNodeChild(SERVER, ['--http', '2', ...args]);
  const connect = { ca: readFileSync(caFile) };
  const pools = [
    { version: '1.1', pool: new Pool(first.url, { connections: 512, pipelining: 1, connect }) },
    { version: '2', pool: new Pool(second.url, { connections: 1, pipelining: 100, allowH2: true, connect }) },
  ] as const;
  try {
    const contenders = CALLERS.flatMap((callers) => pools.map((each): Contender => ({ ...each, callers })));
    const rounds = new Map<Contender, Round[]>(contenders.map((contender) => [contender, []]));
    for (const contender of contenders) await load(contender, warmUpSeconds(options), signal);
    await interleave(options.rounds, contenders, async (contender) => {
      rounds.get(contender)?.push(await load(contender, options.seconds, signal));
    });
    const cases = [...rounds].map(
      ([{ version, callers }, all]): Case => ({
        version,
        callers,
        cpuUs: figureOf(all.map(({ cpuUs }) => cpuUs)),
        p50Ms: figureOf(all.map(({ p50Ms }) => p50Ms)),
      }),
    );
    return {
      method: `one process calls, with undici's dispatch, and another answers over TLS with 50 pieces at full speed; HTTP/1.1 with a connection for each call, HTTP/2 with one for all, connections kept; CPU time of the caller an answer; ${options.rounds} rounds of ${options.seconds} s each in turn; median (min–max) of rounds`,
      tables: [
        {
          title: 'A streamed answer over TLS',
          columns: ['HTTP', 'callers', 'CPU µs', 'p50 ms'],
          rows: cases.map(({ version, callers, cpuUs, p50Ms }) => [
            version,
            String(callers),
            figureText(cpuUs, 0),
            figureText(p50Ms, 1),
          ]),
        },
      ],
      figures: cases,
      goals: [],
      faults: [],
    };
  } finally {
    await Promise.all(pools.map(({ pool }) => pool.destroy()));
  }
};

async function load({ pool, callers }: Contender, seconds: number, signal: AbortSignal): Promise<Round> {
  const endMs = performance.now() + seconds * 1_000;
  const before = process.cpuUsage();
  const timesMs: number[] = [];
  const call = async (): Promise<void> => {
    while (performance.now() < endMs) {
      signal.throwIfAborted();
      const startedAtMs = performance.now();
      await answerOf(pool);
      timesMs.push(performance.now() - startedAtMs);
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  const { user, system } = process.cpuUsage(before);
  return { cpuUs: (user + system) / timesMs.length, p50Ms: percentile(timesMs, 0.5) };
}

/** Rejects where the answer is not whole. */
function answerOf(pool: Pool): Promise<void> {
  return new Promise((resolve, reject) => {
    let last = '';
    pool.dispatch(
      // Only so does undici send several over one connection of HTTP/2.
      { path: '/v1/chat/completions', method: 'POST', idempotent: true, body: BODY },
      {
        onRequestStart() {},
        onResponseStart() {},
        onResponseData(_controller, chunk) {
          last = (last + chunk.toString('latin1')).slice(-END.length);
        },
        onResponseEnd() {
          if (last === END) resolve();
          else reject(new Error('an answer was cut'));
        },
        onResponseError(_controller, error) {
          reject(error);
        },
      },
    );
  });
}
