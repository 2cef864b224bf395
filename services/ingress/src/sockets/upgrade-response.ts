import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** An HTTP answer to a request that asked for another protocol: Node leaves the connection to whoever takes it. */
export function upgradeResponse(request: IncomingMessage, socket: Socket): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => {
    response.detachSocket(socket);
    socket.destroySoon();
    over(response);
  });
  return response;
}

/** The connection is no HTTP any more: nothing is answered. */
export function letGo(response: ServerResponse, socket: Socket): void {
  response.detachSocket(socket);
  over(response);
}

/** As Node's own server does with an answer that has left. */
function over(response: ServerResponse): void {
  response.destroyed = true;
  response.emit('close');
}
