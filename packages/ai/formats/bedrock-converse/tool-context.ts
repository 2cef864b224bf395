import type { Unplaced } from '../../translate/unplaced.ts';
import type { JsonTool } from '../anthropic-messages/output-form.ts';
import type { ToolNames } from '../tool-names.ts';
import type { ModelTraits } from './model-traits.ts';

/** What the tools of a request are written by. */
export interface ToolContext {
  readonly traits: ModelTraits;
  readonly names: ToolNames;
  readonly unplaced: Unplaced;
  /** The tool whose input is the answer. */
  readonly jsonTool: JsonTool | null;
}
