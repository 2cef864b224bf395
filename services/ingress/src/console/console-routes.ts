import { Fault } from '#errors/fault.ts';
import { answerBytes } from '../http/answer.ts';
import type { Exchange, Handler } from '../http/exchange.ts';
import { answerShared } from '../http/shared-body.ts';
import type { Route } from '../route.ts';
import { type ConsoleFiles, createConsoleFiles } from './console-files.ts';

/** Its scripts and styles are files of this gateway; nothing is written into a page, and nobody else is asked for anything. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** No other site's page has a handle of the console's window, or takes its files into a page of its own. */
const alone = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-resource-policy': 'same-origin' } as const;

const HTML = 'text/html; charset=utf-8';
/** Not there now, and it may be later. */
const STATUS_NOT_BUILT = 503;
const FOR_EVER = 'public, max-age=31536000, immutable';

/** `/console`: the console's files. Every path that is none of them is a screen of it, which the browser finds. */
export function consoleRoutes(files: ConsoleFiles = createConsoleFiles()): readonly Route[] {
  const index: Handler = (exchange) => give(exchange, files, 'index.html');
  const file: Handler = (exchange, { path = '' }) => give(exchange, files, path);
  return [
    { path: '/console', query: 'any', methods: { GET: index } },
    { path: '/console/*path', query: 'any', methods: { GET: file } },
  ];
}

async function give(exchange: Exchange, files: ConsoleFiles, path: string): Promise<void> {
  const found = (await files.find(path)) ?? (path.startsWith('assets/') ? undefined : await files.find('index.html'));
  if (found !== undefined) {
    answerShared(exchange, await found.body(), {
      'content-type': found.contentType,
      'content-security-policy': CONTENT_SECURITY_POLICY,
      ...alone,
      'cache-control': found.isForEver ? FOR_EVER : 'no-cache',
    });
    return;
  }
  if (path.startsWith('assets/')) throw new Fault({ code: 'not_found', message: 'The console has no such file.' });
  const forMs = await files.buildingForMs();
  answerBytes(exchange, STATUS_NOT_BUILT, page(forMs), { 'content-type': HTML, 'cache-control': 'no-store', ...alone });
}

/** It looks again by itself, without a script. */
function page(forMs: number | null): string {
  const [refresh, words] =
    forMs === null
      ? ['', 'The console is not built here. In a checkout, <code>npm run build:console</code> builds it.']
      : [
          '<meta http-equiv="refresh" content="1">',
          `The console is being built: ${Math.round(forMs / 1_000)} s so far, and some ten seconds in all. The API is ready meanwhile.`,
        ];
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    ${refresh}
    <title>AI API gateway</title>
  </head>
  <body><main><h1>AI API gateway</h1><p role="status">${words}</p></main></body>
</html>
`;
}
