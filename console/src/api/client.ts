import { client } from './gen/client.gen.ts';

/** A refusal of the gateway, in its own words. `status` 0: the gateway could not be reached. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;
  /** The field it is about; empty: none. */
  readonly param: string;
  readonly requestId: string;

  constructor(status: number, { code, message, param, requestId }: Told) {
    super(message);
    this.status = status;
    this.code = code;
    this.param = param;
    this.requestId = requestId;
  }
}

interface Told {
  readonly code: string;
  readonly message: string;
  readonly param: string;
  readonly requestId: string;
}

/** What the session's cookie counts beside: no other site's page can send it. */
export const consoleHeaders = { 'x-gateway-console': '1' };

client.setConfig({ baseUrl: '', credentials: 'same-origin', headers: consoleHeaders });

/** What the generated client gives of an operation. */
export interface Answered<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response?: Response | undefined;
}

/** What an operation answers. Throws an `ApiError` where it is refused, or where nobody answers. */
export async function ask<T>(asked: Promise<Answered<T>>): Promise<T> {
  const { data, error, response } = await asked;
  if (response?.ok === true) return data as T;
  throw new ApiError(response?.status ?? 0, toldBy(error, response));
}

/** A resource, and the version it has: given back as `If-Match`, it lets a change through that was made of this version alone. */
export interface Versioned<T> {
  readonly value: T;
  readonly etag: string;
}

/** As `ask`, with the version. */
export async function askVersioned<T>(asked: Promise<Answered<T>>): Promise<Versioned<T>> {
  const result = await asked;
  const value = await ask(Promise.resolve(result));
  return { value, etag: result.response?.headers.get('etag') ?? '*' };
}

/** For what is made under a name: what has the name already is not replaced unseen. */
export const onlyNew = { 'If-Match': '"0"' };

function toldBy(error: unknown, response: Response | undefined): Told {
  const requestId = response?.headers.get('x-request-id') ?? '';
  const said = (error as { error?: Partial<Record<'code' | 'message' | 'param', string | null>> } | undefined)?.error;
  if (typeof said?.message === 'string') {
    return { code: said.code ?? '', message: said.message, param: said.param ?? '', requestId };
  }
  if (response !== undefined)
    return { code: '', message: `The gateway answered ${response.status}.`, param: '', requestId };
  return { code: 'unreachable', message: 'The gateway cannot be reached. It is tried again.', param: '', requestId };
}
