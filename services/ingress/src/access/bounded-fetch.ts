/** An identity provider that takes longer than this is away: a request waits for it. */
const ANSWER_MAX_MS = 3_000;

/** Documents of discovery and of keys have some kilobytes; a provider with a hundred certificates has less than this. */
const DOCUMENT_MAX_BYTES = 512 * 1024;

/** What of `fetch` is needed to ask an identity provider. */
type Asked = Pick<RequestInit, 'headers' | 'method' | 'signal' | 'body'>;

/**
 * Fetches a document within bounds of time and size. Follows no redirection: the address is the one that the operator, or the
 * provider's own document, names. Rejects where the document cannot be had.
 */
export async function boundedFetch(
  url: string | URL,
  { headers, method, signal, body }: Asked = {},
): Promise<Response> {
  const timeout = AbortSignal.timeout(ANSWER_MAX_MS);
  const response = await fetch(url, {
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined ? {} : { body }),
    method: method ?? 'GET',
    redirect: 'error',
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  });
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of response.body ?? []) {
    bytes += piece.length;
    // Leaving the loop cancels the rest.
    if (bytes > DOCUMENT_MAX_BYTES) throw new Error(`${url} has more than ${DOCUMENT_MAX_BYTES} bytes`);
    pieces.push(piece);
  }
  return new Response(Buffer.concat(pieces), { status: response.status, headers: response.headers });
}
