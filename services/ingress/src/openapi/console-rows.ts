import type { Row } from './client-row.ts';
import { jsonAnswer, plainText } from './operation.ts';
import { object, text } from './schemas.ts';

const session = object({
  object: { const: 'console_session' },
  id: { ...text, description: 'Of the admin token that the session is.' },
  role: text,
  user_id: { type: ['string', 'null'], description: 'Of a holder, their user.' },
  opened_by: {
    ...text,
    description:
      "The token that it was opened with, and ends with; bootstrap: the gateway's own; oidc:SUBJECT: a person of the identity provider; key:ID: the API key that a holder signed in with.",
  },
  expires_at: text,
});

const ways = object({
  object: { const: 'console_sign_in' },
  oidc: { anyOf: [object({ name: text }), { type: 'null' }] },
});

const page = plainText('A page or a file of the console', 'text/html');

/** A browser's way in. Programs have admin tokens. */
export const consoleRows: readonly Row[] = [
  { operation: 'GET /console', id: 'get-console', summary: 'The console', tag: 'operation', answer: page },
  {
    operation: 'GET /console/{path}',
    id: 'get-console-file',
    summary: 'A screen or a file of the console',
    tag: 'operation',
    answer: page,
  },
  {
    operation: 'GET /console/session',
    id: 'get-console-session',
    summary: 'Who is signed in at the console',
    tag: 'operation',
    answer: jsonAnswer('The session', session),
  },
  {
    operation: 'POST /console/session',
    id: 'open-console-session',
    summary: 'Signs a browser in, by an admin token, by a code that holds once, or as a holder by an API key',
    tag: 'operation',
    body: object({ token: text, code: text, api_key: text }),
    answer: jsonAnswer('The session; its cookie is sent beside it', session),
  },
  {
    operation: 'DELETE /console/session',
    id: 'close-console-session',
    summary: 'Signs a browser out',
    tag: 'operation',
    answer: { description: 'It is signed out' },
  },
  {
    operation: 'GET /console/sign-in-ways',
    id: 'get-console-sign-in-ways',
    summary: 'How one signs in at the console beside a token',
    tag: 'operation',
    answer: jsonAnswer('null: no identity provider is set up', ways),
  },
  {
    operation: 'GET /console/oidc/start',
    id: 'start-console-oidc',
    summary: "Sends a browser to the identity provider's sign-in",
    tag: 'operation',
    answer: { description: 'A redirection (303), with the state in a cookie' },
  },
  {
    operation: 'GET /console/oidc/callback',
    id: 'end-console-oidc',
    summary: 'Takes a browser back from the identity provider, and signs it in',
    tag: 'operation',
    answer: {
      description: 'A redirection (303) to the console, with the session in a cookie, or to why there is none',
    },
  },
];
