/** How sure the made-up model is of each token, and how far behind each alternative is. */
const LOGPROB_OF_TOKEN = -0.05;
const LOGPROB_STEP = -1.5;

/** Plausible logprobs for pieces of an answer, with `top` alternatives each, in OpenAI's shape. */
export function logprobsOf(pieces: readonly string[], top: number): object {
  return { content: pieces.map((piece) => tokenLogprob(piece, top)), refusal: null };
}

function tokenLogprob(piece: string, top: number): object {
  const alternatives = Array.from({ length: top }, (_, rank) =>
    entry(rank === 0 ? piece : `${piece}~${rank}`, LOGPROB_OF_TOKEN + rank * LOGPROB_STEP),
  );
  return { ...entry(piece, LOGPROB_OF_TOKEN), top_logprobs: alternatives };
}

function entry(token: string, logprob: number): object {
  return { token, logprob, bytes: [...Buffer.from(token)] };
}
