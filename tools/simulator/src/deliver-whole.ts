import { documentBytes } from './body-writer.ts';
import { bodyFaultOf, type Delivery } from './delivery.ts';
import { sendJson } from './send-json.ts';
import { sendProblem } from './send-problem.ts';

const GARBAGE_BODY = '<html>not what was asked for';
/** What a provider's own provider was: too busy. */
const PASSED_ON_STATUS = 429;

/** Sends the answer as one JSON document, or what the script makes of it. */
export function deliverWhole(delivery: Delivery): void {
  const { wire, response, script, completion, settlement } = delivery;
  const headers = { [wire.requestIdHeader]: `req_${completion.id}` };
  const fault = bodyFaultOf(script);
  if (fault === undefined) {
    sendDocument(delivery, headers);
    return;
  }
  if (fault === 'hang') {
    delivery.hold(response);
    sendHalf(delivery, headers);
    return;
  }
  settlement.settle('failed');
  switch (fault) {
    case 'error':
      sendProblem(response, wire, errorOf(delivery, 500, 'The simulator was told to fail.'), headers);
      return;
    case 'error-in-200':
      sendProblem(response, wire, errorOf(delivery, PASSED_ON_STATUS, 'Provider returned error'), {
        ...headers,
        status: 200,
      });
      return;
    case 'garbage':
      sendJson(response, 200, GARBAGE_BODY, headers);
      return;
    case 'clean-end':
      // Without a length, half a body looks like a whole one to HTTP.
      response.writeHead(200, { 'content-type': 'application/json', ...headers });
      response.end(halfOf(wire.completionBody(completion)));
      return;
    default:
      sendHalf(delivery, headers);
  }
}

function errorOf({ script }: Delivery, status: number, message: string) {
  return { status, message: script.errorText ?? message, details: {} };
}

/** The whole document with its length, or as many of its bytes as the script lets through. */
function sendDocument(delivery: Delivery, headers: Readonly<Record<string, string>>): void {
  const { wire, response, script, completion, settlement } = delivery;
  const bytes = documentBytes(wire.completionBody(completion), script);
  const cutAt = script.cutAfterBytes ?? bytes.length;
  settlement.settle(cutAt < bytes.length ? 'failed' : 'completed');
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': bytes.length,
    ...(script.gzip === true ? { 'content-encoding': 'gzip' } : {}),
    ...headers,
  });
  if (cutAt < bytes.length) response.write(bytes.subarray(0, cutAt), () => response.destroy());
  else response.end(bytes);
}

/** Promises a whole body, sends half of it, and breaks the connection unless the response is held open. */
function sendHalf({ wire, response, script, completion }: Delivery, headers: Readonly<Record<string, string>>): void {
  const body = wire.completionBody(completion);
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  if (script.hang === 'mid-stream') response.write(halfOf(body));
  else response.write(halfOf(body), () => response.destroy());
}

function halfOf(body: string): string {
  return body.slice(0, body.length / 2);
}
