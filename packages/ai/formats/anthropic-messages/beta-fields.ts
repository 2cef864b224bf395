import { asArray, asObject } from '#kernel/json.ts';
import type { BetaTakers } from '../../format.ts';
import { betaAt } from './betas.ts';

/** A field of a request that there is for a feature in `betas.ts`: header and field go to a provider together or not at all. */
export interface BetaField {
  /** From the body down; `[]`: each entry of a list. */
  readonly paths: readonly string[];
  /** One of these, by the name that a provider takes it by, lets the field in. */
  readonly betas: readonly string[];
  /** Values of the field that need no feature. */
  readonly isUsual?: (value: unknown) => boolean;
  /** Without it the answer is the same, or as good: it is left out in silence. Else the client is asked. */
  readonly isTuning: (value: unknown) => boolean;
  /** Why it can be left out, or why not. */
  readonly why: string;
}

const always = (): boolean => true;
const never = (): boolean => false;

/** The places of a mark of the prompt cache. */
const markPaths: readonly string[] = [
  ...['cache_control', 'system[].cache_control', 'tools[].cache_control'],
  ...['messages[].content[].cache_control', 'messages[].content[].content[].cache_control'],
];

const TOOL_USE = 'advanced-tool-use-2025-11-20';

/** Fields that a provider without their feature refuses: `Extra inputs are not permitted`. */
const betaFields: readonly BetaField[] = [
  {
    paths: ['context_management'],
    betas: ['context-management-2025-06-27', 'compact-2026-01-12', 'compact-2026-09-04'],
    isTuning: onlyClears,
    why: 'edits that clear save tokens: without them the model sees more; other edits change what it sees',
  },
  {
    paths: markPaths.map((path) => `${path}.scope`),
    betas: ['prompt-caching-scope-2026-01-05'],
    isTuning: always,
    why: 'it says who shares a cache entry',
  },
  {
    paths: markPaths.map((path) => `${path}.evict`),
    betas: ['prompt-caching-evict-2026-05-12'],
    isTuning: always,
    why: 'it says when a cache entry may go',
  },
  {
    paths: ['diagnostics'],
    betas: ['cache-diagnosis-2026-04-07'],
    isTuning: always,
    why: 'it asks to be told of the cache',
  },
  {
    paths: ['tools[].defer_loading'],
    betas: [TOOL_USE, 'tool-search-tool-2025-10-19'],
    isTuning: always,
    why: 'the model sees the tool at once instead of searching for it',
  },
  {
    paths: ['tools[].input_examples'],
    betas: [TOOL_USE, 'tool-examples-2025-10-29'],
    isTuning: always,
    why: 'the schema says what an input is',
  },
  {
    paths: ['tools[].allowed_callers'],
    betas: [TOOL_USE],
    isTuning: always,
    why: 'without code that calls tools only the model calls them',
  },
  {
    paths: ['tools[].eager_input_streaming'],
    betas: ['fine-grained-tool-streaming-2025-05-14'],
    isTuning: always,
    why: 'it sets the pace at which an input comes',
  },
  {
    paths: ['thinking.display'],
    betas: ['thinking-display-updates-2026-08-18'],
    isUsual: (value) => value !== 'updates',
    isTuning: always,
    why: 'it says how thoughts are shown',
  },
  {
    paths: ['thinking.block_binding'],
    betas: ['thinking-binding-controls-2026-08-01'],
    isTuning: always,
    why: 'it says how earlier thoughts are checked',
  },
  {
    paths: ['messages[].output_config'],
    betas: ['per-turn-control-2026-07-01', 'mid-conversation-output-config-2026-07-01'],
    isTuning: always,
    why: 'the effort of the whole request holds for the turn',
  },
  {
    paths: ['messages[].clear_at'],
    betas: ['mid-conversation-system-clear-at-2026-08-21'],
    isTuning: always,
    why: 'a note stays in front of the model for longer',
  },
  {
    paths: ['output_config.task_budget'],
    betas: ['task-budgets-2026-03-13'],
    isTuning: never,
    why: 'the client has set a limit for its task',
  },
  {
    paths: ['output_format'],
    betas: ['structured-outputs-2025-11-13', 'structured-outputs-2025-12-15'],
    isTuning: never,
    why: 'the answer would have another form; output_config.format needs no beta feature',
  },
  {
    paths: ['speed'],
    betas: ['fast-mode-2026-02-01'],
    isUsual: (value) => value === 'standard',
    isTuning: never,
    why: 'the client has asked for another speed at another price',
  },
];

/** Fields that a provider does not take for want of their feature. */
export function fieldsWithoutBeta(takers: BetaTakers | undefined): readonly BetaField[] {
  return withoutBeta[takers ?? 'none'];
}

const without = (takers: BetaTakers | undefined): readonly BetaField[] =>
  betaFields.filter((field) => !field.betas.some((name) => isTaken(name, takers)));

const withoutBeta = {
  all: [],
  none: without(undefined),
  'bedrock-invoke': without('bedrock-invoke'),
  'vertex-raw-predict': without('vertex-raw-predict'),
} as const satisfies Record<BetaTakers | 'none', readonly BetaField[]>;

/** A feature that a provider takes by another name is another one: it lets in what that one does. */
function isTaken(name: string, takers: BetaTakers | undefined): boolean {
  return betaAt(name, takers) === name;
}

function onlyClears(contextManagement: unknown): boolean {
  const edits = asArray(asObject(contextManagement)?.['edits']);
  return edits.every((edit) => String(asObject(edit)?.['type']).startsWith('clear_'));
}
