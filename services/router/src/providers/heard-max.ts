/**
 * An answer that is too long to be passed on is read for its usage up to here. Twice the longest answer that was seen (eight
 * choices with twenty alternatives for each token: 50 MB): beyond it a provider is not about to end.
 */
export const HEARD_MAX_BYTES = 128 * 1024 * 1024;
