/** How sure the made-up model is of each token, and how far behind each alternative is. */
const logprobOfToken = -0.05;
const logprobStep = -1.5;

/** Plausible logprobs for pieces of an answer, with `top` alternatives each, in OpenAI's shape. */
export function logprobsOf(pieces: readonly string[], top: number): object {
  return { content: pieces.map((piece) => tokenLogprob(piece, top)), refusal: null };
}

function tokenLogprob(piece: string, top: number): object {
  const alternatives = Array.from({ length: top }, (_, rank) =>
    entry(rank === 0 ? piece : `${piece}~${rank}`, logprobOfToken + rank * logprobStep),
  );
  return { ...entry(piece, logprobOfToken), top_logprobs: alternatives };
}

function entry(token: string, logprob: number): object {
  return { token, logprob, bytes: [...Buffer.from(token)] };
}
