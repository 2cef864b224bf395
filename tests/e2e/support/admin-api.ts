/** A balance as the gateway shows it, in nano-USD. */
export interface Balance {
  readonly credited: bigint;
  readonly charged: bigint;
  readonly held: bigint;
  readonly available: bigint;
}

export interface KeyDocument {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly revoked: boolean;
  readonly api_key?: string;
}

export interface UserDocument {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly requests_per_minute: number;
  readonly multiplier: string | null;
  readonly balance: Readonly<Record<`${keyof Balance}_nano_usd`, string>>;
  readonly keys: readonly KeyDocument[];
}

/** An answer of any kind, its document not yet believed. */
export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly document: T;
}

/** The gateway's HTTP API by hand, for what the SDK has no call for. */
export interface AdminApi {
  call<T>(method: string, path: string, options?: CallOptions): Promise<Answer<T>>;
  user(userId: string): Promise<UserDocument>;
  balance(userId: string): Promise<Balance>;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of the admin token. */
  readonly token?: string;
}

export function adminApi(place: () => { readonly url: string; readonly adminToken: string }): AdminApi {
  async function call<T>(method: string, path: string, { body, headers, token }: CallOptions = {}): Promise<Answer<T>> {
    const { url, adminToken } = place();
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token ?? adminToken}`, ...contentType(body), ...headers },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, document: (text && JSON.parse(text)) as T };
  }

  async function user(userId: string): Promise<UserDocument> {
    const { status, document } = await call<UserDocument>('GET', `/admin/users/${userId}`);
    if (status !== 200) throw new Error(`the user could not be read: ${status} ${JSON.stringify(document)}`);
    return document;
  }

  return { call, user, balance: async (userId) => balanceOf((await user(userId)).balance) };
}

/** The nano-USD of a balance document, of whichever route. */
export function balanceOf(document: UserDocument['balance']): Balance {
  return {
    credited: BigInt(document.credited_nano_usd),
    charged: BigInt(document.charged_nano_usd),
    held: BigInt(document.held_nano_usd),
    available: BigInt(document.available_nano_usd),
  };
}

function contentType(body: unknown): Record<string, string> {
  return body === undefined ? {} : { 'content-type': 'application/json' };
}
