import type { IncomingMessage, ServerResponse } from 'node:http';
import { tokenUriOf } from './google/serve-token.ts';
import { parseScript } from './parse-script.ts';
import { readBody } from './request-body.ts';
import { RequestProblem } from './request-problem.ts';
import type { ScriptDefaults } from './script-defaults.ts';
import { sendJson } from './send-json.ts';
import type { Workplace } from './serve-completion.ts';

/** Serves `/simulator/…`; throws a RequestProblem for a path or method it doesn't know. */
export async function serveControl(
  { meter, google }: Pick<Workplace, 'meter' | 'google'>,
  defaults: ScriptDefaults,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://simulator');
  switch (`${request.method} ${pathname}`) {
    case 'GET /simulator/meter':
      sendJson(response, 200, JSON.stringify(meter.totals()));
      return;
    case 'DELETE /simulator/meter':
      meter.reset();
      response.writeHead(204).end();
      return;
    case 'GET /simulator/meter/requests':
      sendJson(response, 200, JSON.stringify(meter.records(searchParams.get('request_id') ?? undefined)));
      return;
    case 'GET /simulator/google/service-account':
      sendJson(response, 200, JSON.stringify(google.accountFile(tokenUriOf(request))));
      return;
    case 'GET /simulator/google/tokens':
      sendJson(response, 200, JSON.stringify({ issued: google.issued() }));
      return;
    case 'GET /simulator/script':
      break;
    case 'PUT /simulator/script':
      defaults.put(parseScript(await readBody(request)));
      break;
    case 'DELETE /simulator/script':
      defaults.clear();
      break;
    default:
      throw new RequestProblem(404, `Unknown request: ${request.method} ${pathname}`);
  }
  sendJson(response, 200, JSON.stringify(defaults.current()));
}
