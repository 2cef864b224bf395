import { bodyFaultOf, type Delivery, writeAndDestroy } from './delivery.ts';
import { sendJson } from './send-json.ts';

const GARBAGE_BODY = '<html>not what was asked for';

/** Sends the answer as one JSON document, or what the script makes of it. */
export function deliverWhole(delivery: Delivery): void {
  const { wire, response, script, completion, settlement } = delivery;
  const headers = { [wire.requestIdHeader]: `req_${completion.id}` };
  const fault = bodyFaultOf(script);
  if (fault === undefined) {
    settlement.settle('completed');
    sendJson(response, 200, wire.completionBody(completion), headers);
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
      sendJson(response, 500, wire.errorBody(500, 'The simulator was told to fail.'), headers);
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

/** Promises a whole body, sends half of it, and breaks the connection unless the response is held open. */
function sendHalf({ wire, response, script, completion }: Delivery, headers: Readonly<Record<string, string>>): void {
  const body = wire.completionBody(completion);
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  if (script.hang === 'mid-stream') {
    response.write(halfOf(body));
  } else {
    writeAndDestroy(response, halfOf(body));
  }
}

function halfOf(body: string): string {
  return body.slice(0, body.length / 2);
}
