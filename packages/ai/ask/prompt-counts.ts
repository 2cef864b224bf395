/**
 * The most that one image is counted as by any model that may answer: gpt-4o-mini takes 2,833 tokens and 5,667 for each of at
 * most 8 tiles, 48,169. Others take a few thousand.
 */
export const IMAGE_TOKENS_MAX = 50_000;

/** As many as OpenAI takes in a request; keeps the bound within the contract's 32 bits. */
export const IMAGES_MAX = 1_500;

/** What an image is usually counted as. */
export const IMAGE_TOKENS_USUAL = 1_000;

/** A byte of text is usually a quarter of a token. */
export const BYTES_PER_TOKEN = 4;

/** What providers put before a prompt on their own: Anthropic's for tools is 530 tokens, OpenAI's frame a few tens. */
export const HIDDEN_PROMPT_TOKENS_MAX = 1_000;

/** What the contract's 32 bits hold, and more than all prompts of a request's rounds together. */
export const PROMPT_TOKENS_MAX = 2 ** 31 - 1;
