import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Handler } from '../http/exchange.ts';
import { answerShared, sharedBody } from '../http/shared-body.ts';
import type { Route } from '../route.ts';

/** A file of the page. */
interface DocsFile {
  readonly path: string;
  readonly contentType: string;
  readonly read: () => Promise<Buffer | string>;
}

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>AI API gateway</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

/** A file of its own, since the policy below allows no script within the page. Nothing is sent to a validator elsewhere. */
const START = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null });
`;

/** The page loads nothing from elsewhere, and asks nobody but this gateway. Swagger UI sets styles on its elements. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HTML = 'text/html; charset=utf-8';
const CSS = 'text/css; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

/** Interactive documentation from this machine's disk. */
export const docsFiles: readonly DocsFile[] = [
  { path: '/docs', contentType: HTML, read: async () => PAGE },
  { path: '/docs/start.js', contentType: SCRIPT, read: async () => START },
  {
    path: '/docs/swagger-ui.css',
    contentType: CSS,
    read: () => fromDisk(import.meta.resolve('swagger-ui-dist/swagger-ui.css')),
  },
  {
    path: '/docs/swagger-ui-bundle.js',
    contentType: SCRIPT,
    read: () => fromDisk(import.meta.resolve('swagger-ui-dist/swagger-ui-bundle.js')),
  },
];

export function docsRoutes(): readonly Route[] {
  return docsFiles.map((file) => ({ path: file.path, methods: { GET: fileHandler(file) } }));
}

function fileHandler({ contentType, read }: DocsFile): Handler {
  const body = sharedBody(read);
  return async (exchange) => {
    answerShared(exchange, await body(), {
      'content-type': contentType,
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
    });
  };
}

function fromDisk(url: string): Promise<Buffer> {
  return readFile(fileURLToPath(url));
}
