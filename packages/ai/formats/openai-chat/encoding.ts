import type { Target } from '../../format.ts';
import { RawJson } from '../../json/write-json.ts';
import type { Unplaced } from '../../translate/unplaced.ts';
import type { ToolNames } from './tool-names.ts';

/** The fields of a document, and their values. */
export type Fields = Record<string, unknown>;

/** What the pieces of a request have in common on their way into this format. */
export interface Encoding {
  readonly target: Target;
  readonly unplaced: Unplaced;
  readonly names: ToolNames;
  /** Custom tools that go as functions. */
  readonly wrapped: Set<string>;
}

/** JSON text as a value; undefined: there is none. */
export function raw(json: string | undefined): RawJson | undefined {
  return json === undefined ? undefined : new RawJson(json);
}
