import type { FormatName } from '../../format.ts';

/** The name that proofs and blocks of this format carry in the canonical form. */
export const FORMAT = 'bedrock-converse' satisfies FormatName;
