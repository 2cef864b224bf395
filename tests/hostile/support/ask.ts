/** An answer as the tests of outages look at it. */
export interface TimedAnswer {
  readonly status: number;
  /** Of `Retry-After`; empty where there is none. */
  readonly retryAfter: string;
  /** The error's code; empty where the answer is no error. */
  readonly code: string;
  readonly tookMs: number;
}

export interface Question {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly bearer?: string;
  readonly body?: unknown;
}

/** A client waits no longer than this for any answer; what takes longer is as good as none. */
const PATIENCE_MS = 60_000;

/** Sends a request and reads its answer whole. Rejects where none comes. */
export async function ask(url: string, { method = 'GET', path, bearer = '', body }: Question): Promise<TimedAnswer> {
  const startedAtMs = performance.now();
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    signal: AbortSignal.timeout(PATIENCE_MS),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const document = (await response.json()) as { error?: { code?: string } };
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after') ?? '',
    code: document.error?.code ?? '',
    tookMs: performance.now() - startedAtMs,
  };
}

/** A completion that is answered whole. */
export function completionOf(bearer: string): Question {
  const messages = [{ role: 'user', content: 'Hi' }];
  return { method: 'POST', path: '/v1/chat/completions', bearer, body: { model: 'gpt-4o-mini', messages } };
}
