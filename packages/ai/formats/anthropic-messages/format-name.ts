import type { FormatName } from '../../format.ts';

/** The name that proofs, tools and blocks of this format carry in the canonical form. */
export const FORMAT = 'anthropic-messages' satisfies FormatName;
