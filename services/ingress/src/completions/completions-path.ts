/** The one hot path. */
export const COMPLETIONS_PATH = '/v1/chat/completions';
