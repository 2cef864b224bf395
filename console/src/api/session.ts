import { ApiError, consoleHeaders } from './client.ts';

/** `holder`: of API keys. They see what is their own, and administer nothing. */
export type Role = 'owner' | 'operator' | 'billing' | 'auditor' | 'holder';

/** Who is signed in, and until when. */
export interface Session {
  readonly id: string;
  readonly role: Role;
  /** Of a holder, who they are; null: an administrator. */
  readonly user_id: string | null;
  readonly opened_by: string;
  readonly expires_at: string;
}

/** null: nobody is signed in. */
export async function readSession(): Promise<Session | null> {
  const response = await fetch('/console/session', { headers: consoleHeaders });
  if (response.status === 401) return null;
  if (!response.ok) throw await refusalOf(response);
  return (await response.json()) as Session;
}

/** How one can sign in beside a token. null: no identity provider is set up. */
export interface SignInWays {
  readonly oidc: { readonly name: string } | null;
}

export async function readSignInWays(): Promise<SignInWays> {
  const response = await fetch('/console/sign-in-ways', { headers: consoleHeaders });
  if (!response.ok) throw await refusalOf(response);
  return (await response.json()) as SignInWays;
}

/** By a code of a link, which holds once, by an admin token, or by a key of one's own. None of them is kept anywhere. */
export type SignInBy = { readonly code: string } | { readonly token: string } | { readonly api_key: string };

export async function signIn(by: SignInBy): Promise<Session> {
  const response = await fetch('/console/session', {
    method: 'POST',
    headers: { ...consoleHeaders, 'content-type': 'application/json' },
    body: JSON.stringify(by),
  });
  if (!response.ok) throw await refusalOf(response);
  return (await response.json()) as Session;
}

export async function signOut(): Promise<void> {
  await fetch('/console/session', { method: 'DELETE', headers: consoleHeaders });
}

async function refusalOf(response: Response): Promise<ApiError> {
  const said = (await response.json().catch(() => ({}))) as { error?: { code?: string; message?: string } };
  return new ApiError(response.status, {
    code: said.error?.code ?? '',
    message: said.error?.message ?? `The gateway answered ${response.status}.`,
    param: '',
    requestId: response.headers.get('x-request-id') ?? '',
  });
}
