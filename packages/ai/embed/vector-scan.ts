import { type JsonObject, parseObject } from '#kernel/json.ts';
import { createByteStore } from '../json/byte-store.ts';
import { createJsonScan, type Wanted } from '../json/json-scan.ts';
import type { VectorPlaces } from './embed-format.ts';

/** A report or an error is some hundred bytes. */
const REPORT_MAX_BYTES = 64 * 1024;
/** 65,536 numbers of 24 characters. No model has so many. */
const VECTOR_MAX_BYTES = 1_600_000;
/** Digits of an index. */
const INDEX_MAX_CHARACTERS = 8;

/** Reads an answer with vectors as it comes. Of the bytes no more is kept than the vector that is being read. */
export interface VectorScan {
  push(bytes: Buffer): void;
  readonly status: () => 'before' | 'open' | 'closed' | 'broken';
  /** The list of vectors has begun. */
  readonly hasList: () => boolean;
  readonly usage: () => JsonObject | null;
  /** A document that says what went wrong, with its `error` alone; null: the answer has none. */
  readonly error: () => JsonObject | null;
}

export interface VectorHearer {
  /** A whole vector, by its brackets: JSON of an array. `item`: its place in the list. */
  vector(text: string, item: number): void;
  /** Which input the item is of, as the provider counts. */
  index(index: number, item: number): void;
  /** A vector is longer than any. */
  tooLong(): void;
}

export function createVectorScan(places: VectorPlaces, hearer: VectorHearer): VectorScan {
  const vector = createByteStore();
  const report = createByteStore();
  const errorBytes = createByteStore();
  let item = -1;
  let indexText = '';
  let hasList = false;
  let usage: JsonObject | null = null;
  let error: JsonObject | null = null;

  const fields: Record<string, Wanted> = {
    [places.vector]: {
      kind: 'raw',
      take(raw) {
        if (vector.length() + raw.length > VECTOR_MAX_BYTES) hearer.tooLong();
        else vector.append(raw);
      },
      end: () => hearer.vector(vector.take().toString('latin1'), item),
    },
  };
  if (places.index !== undefined) {
    fields[places.index] = {
      kind: 'scalar',
      take(raw) {
        indexText = (indexText + raw.toString('latin1')).slice(0, INDEX_MAX_CHARACTERS + 1);
      },
      end() {
        if (/^\d+$/.test(indexText) && indexText.length <= INDEX_MAX_CHARACTERS) hearer.index(Number(indexText), item);
        indexText = '';
      },
    };
  }
  const small = (store: ReturnType<typeof createByteStore>, give: (text: string) => void): Wanted => ({
    kind: 'raw',
    take(raw) {
      if (store.length() <= REPORT_MAX_BYTES) store.append(raw);
    },
    end: () => give(store.take().toString()),
  });
  const scan = createJsonScan({
    kind: 'fields',
    fields: {
      [places.list]: {
        kind: 'items',
        begin() {
          hasList = true;
        },
        item: {
          kind: 'fields',
          fields,
          begin() {
            item += 1;
          },
        },
      },
      [places.usage]: small(report, (text) => {
        usage = parseObject(text) ?? usage;
      }),
      error: small(errorBytes, (text) => {
        const said = parseObject(text);
        if (said !== null) error = { error: said };
      }),
    },
  });
  return {
    push: scan.push,
    status: scan.status,
    hasList: () => hasList,
    usage: () => usage,
    error: () => error,
  };
}
