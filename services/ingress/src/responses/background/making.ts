import { setTimeout as pause } from 'node:timers/promises';
import { parseObjectKeptDigits } from '#ai/json/parse-kept-digits.ts';
import { writeJson } from '#ai/json/write-json.ts';
import type { SseEvent } from '#ai/sse/sse-event.ts';
import { createSseReader } from '#ai/sse/sse-reader.ts';
import type { Refusal } from '#errors/error-table.ts';
import { asObject, type JsonObject } from '#kernel/json.ts';
import type { Logger } from '#telemetry/logger.ts';
import type { AddTurn } from '../conversations/add-turn.ts';
import type { ResponseStore, StoredResponse } from '../response-store.ts';
import { createEventLog } from './event-log.ts';
import { eventText, terminalType } from './run-events.ts';
import type { Run, RunStore } from './run-store.ts';
import { cancelledResponse, failedResponse, type Told, toldResponse } from './told-response.ts';

/** As long as an answer under an Idempotency-Key waits to be kept: a restart of the database fits in. */
const PATIENCE_MS = 10_000;
const RETRY_MS = 200;

const terminalTypes: ReadonlySet<string> = new Set(['response.completed', 'response.incomplete', 'response.failed']);

/** Names of events, as they are written in a line of their own. */
const EVENT_TYPE = /^response\.[\w.-]+$/;

/** Items of one response, as long as the longest conversation that is taken back: all of them are in memory until its end. */
const OUTPUT_MAX_BYTES = 16 * 1024 * 1024;

/** Makes one response out of its provider's stream: every event gets this response's id and the next number. */
export interface Making {
  /** The events before the provider's. */
  first(): string;
  /** The events that came with a piece of the provider's stream. */
  take(bytes: Buffer): Promise<string>;
  /** Writes what is so far, for clients that look. Never rejects: what was not written is written the next time. */
  flush(): Promise<void>;
  /**
   * Ends the response, with what the provider's last event said, else with the refusal. Gives the last event: of another end, where
   * the response had one before.
   */
  end(refusal: Refusal): Promise<{ readonly text: string; readonly response: JsonObject }>;
}

export interface MakingParts {
  readonly run: Run;
  readonly told: Told;
  /** What the client sent with this turn. */
  readonly input: StoredResponse['input'];
  readonly queued: JsonObject;
  readonly isStreamed: boolean;
  readonly store: RunStore;
  readonly responses: Pick<ResponseStore, 'read'>;
  /** Adds the answer to its conversation. */
  readonly addTurn: AddTurn;
  readonly logger: Pick<Logger, 'warn'>;
  readonly patienceMs?: number;
  /** The response, or an event of it, is longer than any may be: no more of it is read. */
  readonly onTooLong: () => void;
}

export function createMaking(parts: MakingParts): Making {
  const { run, told, store, logger } = parts;
  const reader = createSseReader();
  const log = createEventLog(run, parts.isStreamed, store);
  const output: unknown[] = [];
  let response = parts.queued;
  let isChanged = false;
  let last: JsonObject | null = null;
  let flushing = Promise.resolve();
  let outputBytes = 0;
  let isTooLong = false;

  async function write(): Promise<void> {
    await log.write();
    if (!isChanged) return;
    isChanged = false;
    await store.save(run, storedAs(response, parts));
  }

  function flush(): Promise<void> {
    flushing = flushing.then(write).catch((error: unknown) => {
      logger.warn({ err: error, responseId: run.id }, 'a response in the background could not be written');
    });
    return flushing;
  }

  /** `soFar`: what the response is now, beside its items. */
  function change(soFar: JsonObject): void {
    response = { ...soFar, status: 'in_progress', output: [...output] };
    isChanged = true;
  }

  function handle({ data, name }: SseEvent): string {
    const document = parseObjectKeptDigits(data);
    if (document === null || last !== null) return '';
    const type = String(document['type'] ?? name);
    const whole = asObject(document['response']);
    if (whole === null) {
      // The failure that follows says it, with the response.
      if (!EVENT_TYPE.test(type)) return '';
      if (type === 'response.output_item.done' && putItem(output, document)) {
        outputBytes += data.length;
        change(response);
      }
      return log.emit(type, document);
    }
    const mine = toldResponse(whole, told);
    if (terminalTypes.has(type)) {
      last = mine;
      return '';
    }
    change(mine);
    // The gateway has told the beginning itself.
    const isTold = type === 'response.created' || type === 'response.queued' || !EVENT_TYPE.test(type);
    return isTold ? '' : log.emit(type, { ...document, response });
  }

  return {
    first: () => log.emit('response.created', { response }) + log.emit('response.queued', { response }),
    async take(bytes) {
      if (isTooLong) return '';
      const text = reader.push(bytes).map(handle).join('');
      isTooLong = reader.isTooLong() || outputBytes > OUTPUT_MAX_BYTES;
      if (isTooLong) parts.onTooLong();
      if (log.isFull()) await flush();
      return text;
    },
    flush,
    async end(refusal) {
      await flushing;
      const rest = isTooLong ? null : reader.end();
      if (rest !== null) handle(rest);
      const ended = last ?? failedResponse(response, refusal);
      const text = log.emit(terminalType(ended), { response: ended });
      if (await endStored(ended, log.taken(), parts)) {
        await parts.addTurn(ended);
        return { text, response: ended };
      }
      const other = await parts.responses.read(run.userId, run.id).catch(() => undefined);
      const otherEnd = parseObjectKeptDigits(other?.response ?? '') ?? cancelledResponse(response);
      return { text: eventText(terminalType(otherEnd), log.lastSeq(), { response: otherEnd }), response: otherEnd };
    },
  };
}

/** Puts an item that is whole in its place; false where it has none. */
function putItem(output: unknown[], { output_index, item }: JsonObject): boolean {
  const index = Number(output_index);
  if (!Number.isInteger(index) || index < 0 || index > output.length) return false;
  output[index] = item;
  return true;
}

function storedAs(document: JsonObject, { run, told, input }: MakingParts): StoredResponse {
  return { userId: run.userId, id: run.id, previousId: told.previousId, input, response: writeJson(document) };
}

/** False where the response had an end. An answer that cannot be stored is paid for all the same: it is given. */
async function endStored(
  ended: JsonObject,
  last: Parameters<RunStore['end']>[2],
  parts: MakingParts,
): Promise<boolean> {
  const { run, store, logger, patienceMs = PATIENCE_MS } = parts;
  const giveUpAtMs = performance.now() + patienceMs;
  for (;;) {
    try {
      return await store.end(run, storedAs(ended, parts), last);
    } catch (error) {
      if (performance.now() + RETRY_MS > giveUpAtMs) {
        logger.warn({ err: error, responseId: run.id }, 'the end of a response in the background could not be kept');
        return true;
      }
    }
    await pause(RETRY_MS);
  }
}
