/** This format's name in proofs, foreign parts and hosted tools. */
export const FORMAT = 'openai-responses';
