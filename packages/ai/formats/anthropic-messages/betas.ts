import type { BetaTakers } from '../../format.ts';

/** A feature of Anthropic's that a request opts into, by its name in `anthropic-beta`, at the doors that take it. */
interface Beta {
  /** Absent: only Anthropic itself takes it. A text: by what name. */
  readonly 'bedrock-invoke'?: string;
  readonly 'vertex-raw-predict'?: string;
}

const SEARCH = 'tool-search-tool-2025-10-19';

const everywhere = (name: string): Beta => ({ 'bedrock-invoke': name, 'vertex-raw-predict': name });
const atBedrock = (name: string): Beta => ({ 'bedrock-invoke': name });
const atVertex = (name: string): Beta => ({ 'vertex-raw-predict': name });

/**
 * The features that a cloud takes. Both refuse a name that they do not know (`invalid beta flag`), so that whatever is not
 * listed stays with Anthropic. From the maps that LiteLLM keeps (`anthropic_beta_headers_config.json`, November 2026), which were
 * measured at the clouds. `interleaved-thinking` and `context-1m` go to Bedrock as Claude Code itself sends them there.
 */
const betas: Readonly<Record<string, Beta>> = {
  'advanced-tool-use-2025-11-20': everywhere(SEARCH),
  [SEARCH]: everywhere(SEARCH),
  'compact-2026-01-12': everywhere('compact-2026-01-12'),
  'compact-2026-09-04': atVertex('compact-2026-09-04'),
  'computer-use-2025-01-24': everywhere('computer-use-2025-01-24'),
  'computer-use-2025-11-24': everywhere('computer-use-2025-11-24'),
  'context-1m-2025-08-07': everywhere('context-1m-2025-08-07'),
  'context-management-2025-06-27': everywhere('context-management-2025-06-27'),
  'dangerous-tool-use-2026-09-03': everywhere('dangerous-tool-use-2026-09-03'),
  'effort-2025-11-24': atBedrock('effort-2025-11-24'),
  'fine-grained-tool-streaming-2025-05-14': atBedrock('fine-grained-tool-streaming-2025-05-14'),
  'interleaved-thinking-2025-05-14': everywhere('interleaved-thinking-2025-05-14'),
  'mid-conversation-output-config-2026-07-01': atBedrock('mid-conversation-output-config-2026-07-01'),
  'mid-conversation-tool-changes-2026-07-01': atBedrock('mid-conversation-tool-changes-2026-07-01'),
  'per-turn-control-2026-07-01': atVertex('per-turn-control-2026-07-01'),
  'thinking-binding-controls-2026-08-01': everywhere('thinking-binding-controls-2026-08-01'),
  'thinking-display-updates-2026-08-18': everywhere('thinking-display-updates-2026-08-18'),
  'web-search-2025-03-05': atVertex('web-search-2025-03-05'),
};

/** A feature by the name that a provider takes it by; undefined: it does not take it. */
export function betaAt(name: string, takers: BetaTakers | undefined): string | undefined {
  if (takers === 'all') return name;
  return takers === undefined || !Object.hasOwn(betas, name) ? undefined : betas[name]?.[takers];
}

/** The names of a header `anthropic-beta` that a provider takes; empty: none. */
export function betasAt(header: string, takers: BetaTakers | undefined): string {
  // An open list: Anthropic and its clients change together.
  if (takers === 'all') return header;
  const taken = header.split(',').map((name) => betaAt(name.trim(), takers));
  return [...new Set(taken.filter((name) => name !== undefined))].join();
}
