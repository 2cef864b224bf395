import type { FormatName } from '../../format.ts';

/** The name that signatures, tools and parts of this format carry in the canonical form. */
export const FORMAT = 'gemini-generate' satisfies FormatName;
