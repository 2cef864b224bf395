import { asArray, asObject, parseObject } from '#openai-wire/json-object.ts';
import { readSseFields } from '#openai-wire/sse.ts';
import type { TextSample } from '../../ports.ts';
import { choiceText } from './choice-text.ts';

/** Some 500 tokens' chunks: enough to estimate the rest by, and 128 MB at a thousand streams. */
const SAMPLE_MAX_BYTES = 128 * 1024;

/** Keeps the beginning of a stream unparsed, in case its usage has to be estimated. */
export interface StreamSample {
  add(bytes: Buffer): void;
  countEvent(): void;
  readonly read: () => TextSample;
}

export function createStreamSample(): StreamSample {
  const kept: Buffer[] = [];
  let keptBytes = 0;
  let events = 0;

  return {
    add(bytes) {
      if (keptBytes >= SAMPLE_MAX_BYTES) return;
      const part = bytes.subarray(0, SAMPLE_MAX_BYTES - keptBytes);
      kept.push(part);
      keptBytes += part.length;
    },
    countEvent() {
      events += 1;
    },
    read() {
      const texts: string[] = [];
      let keptEvents = 0;
      for (const event of Buffer.concat(kept)
        .toString()
        .split(/\r?\n\r?\n/)) {
        const chunk = parseObject(readSseFields(event).data ?? '');
        if (!chunk) continue;
        keptEvents += 1;
        for (const choice of asArray(chunk['choices'])) texts.push(choiceText(asObject(asObject(choice)?.['delta'])));
      }
      return { text: texts.join(''), scale: keptEvents === 0 ? 1 : Math.max(1, events / keptEvents) };
    },
  };
}
