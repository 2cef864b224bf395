import { once } from 'node:events';
import { connect } from 'node:net';
import { startNodeChild } from '../processes/node-child.ts';
import { percentile } from './statistics.ts';

const ECHO = new URL('../processes/echo.ts', import.meta.url);
/** Until the code of both is compiled. */
const WARM_UP = 5_000;
const PINGS = 2_000;

/**
 * Milliseconds, p50, from one Node process to another and back over the loopback: two wake-ups. Of all that is added
 * between processes this is the part that is the machine's. A virtual one whose idle cores are halted by its host pays
 * several times what one pays whose idle cores wait awake.
 */
export async function pingP50Ms(): Promise<number> {
  await using echo = await startNodeChild(ECHO, []);
  const { hostname, port } = new URL(echo.url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  try {
    await once(socket, 'connect');
    const timesMs: number[] = [];
    for (let count = 0; count < WARM_UP + PINGS; count += 1) {
      const startedAtMs = performance.now();
      socket.write('ping');
      await once(socket, 'data');
      if (count >= WARM_UP) timesMs.push(performance.now() - startedAtMs);
    }
    return percentile(timesMs, 0.5);
  } finally {
    socket.destroy();
  }
}
