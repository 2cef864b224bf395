/**
 * How far an answer that is too long to pass on is read for its usage. Twice the longest answer seen (eight choices
 * with twenty alternatives for each token: 50 MB). A provider that writes more is not about to end.
 */
export const HEARD_MAX_BYTES = 128 * 1024 * 1024;
