import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { StoredEvent } from '#journal/stored-event.ts';
import { isJsonObject } from '#kernel/json.ts';

/** An exported log is JSON lines: one event a line with the fields of its envelope, the body as text, the chain in hex. */
export function logFileLine(event: StoredEvent): string {
  const { part, position, eventId, stream, version, type, schemaVersion, recordedAtMs, epoch } = event;
  const { correlationId, causationId, body } = event;
  const chain = event.chain.toString('hex');
  const fields = { part, position, eventId, stream, version, type, schemaVersion, recordedAtMs, epoch };
  return JSON.stringify({ ...fields, correlationId, causationId, body, chain });
}

/** Reads an exported log. Throws, with the line's number, at a line that is no event. */
export async function* readLogFile(path: string): AsyncGenerator<readonly StoredEvent[], void, undefined> {
  const input = createReadStream(path, 'utf8');
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  let batch: StoredEvent[] = [];
  let number = 0;
  try {
    for await (const line of lines) {
      number++;
      if (line === '') continue;
      batch.push(parseLine(line, `${path}, line ${number}`));
      if (batch.length < BATCH_EVENTS) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  } finally {
    input.destroy();
  }
}

const BATCH_EVENTS = 512;
const CHAIN_HEX = /^[0-9a-f]{64}$/;

function parseLine(line: string, where: string): StoredEvent {
  let fields: unknown;
  try {
    fields = JSON.parse(line);
  } catch (thrown) {
    throw new Error(`${where}: not JSON`, { cause: thrown });
  }
  if (!isJsonObject(fields)) throw new Error(`${where}: not an event`);
  const number = (name: string): number => {
    const value = fields[name];
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
    throw new Error(`${where}: "${name}" is not a whole number`);
  };
  const text = (name: string): string => {
    const value = fields[name];
    if (typeof value === 'string') return value;
    throw new Error(`${where}: "${name}" is not a text`);
  };
  const chain = text('chain');
  if (!CHAIN_HEX.test(chain)) throw new Error(`${where}: "chain" is not 32 bytes in hex`);
  return {
    part: number('part'),
    position: number('position'),
    eventId: text('eventId'),
    stream: text('stream'),
    version: number('version'),
    type: text('type'),
    schemaVersion: number('schemaVersion'),
    recordedAtMs: number('recordedAtMs'),
    epoch: number('epoch'),
    correlationId: text('correlationId'),
    causationId: text('causationId'),
    body: text('body'),
    chain: Buffer.from(chain, 'hex'),
  };
}
