import type { Row } from './client-row.ts';
import { jsonAnswer, plainText } from './operation.ts';
import { object, text } from './schemas.ts';

const session = object({
  object: { const: 'console_session' },
  id: { ...text, description: 'Of the admin token that the session is.' },
  role: text,
  opened_by: {
    ...text,
    description: "The token that it was opened with, and ends with; bootstrap: the gateway's own.",
  },
  expires_at: text,
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
    summary: 'Signs a browser in, by an admin token or by a code that holds once',
    tag: 'operation',
    body: object({ token: text, code: text }),
    answer: jsonAnswer('The session; its cookie is sent beside it', session),
  },
  {
    operation: 'DELETE /console/session',
    id: 'close-console-session',
    summary: 'Signs a browser out',
    tag: 'operation',
    answer: { description: 'It is signed out' },
  },
];
