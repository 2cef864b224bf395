import type { IncomingMessage, ServerResponse } from 'node:http';
import express, { type ErrorRequestHandler, type Express, type Request } from 'express';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { isForPages, preflightHeaders } from './http/cors.ts';
import type { Exchange, Handler } from './http/exchange.ts';
import { withKnownQuery } from './http/known-query.ts';
import type { Serve } from './http/serve.ts';
import type { Route } from './route.ts';

/** More of a made-up URL is not repeated to whoever made it up. */
const SHOWN_URL_MAX_CHARACTERS = 200;

/** A NUL in a path, which no name has: the database takes it in no text. */
const NAMES_NOTHING = /^[^?]*%00/;

/**
 * The routes as an Express application. Express finds the handler, no more: bodies are read and answers written by the
 * handlers, and its own parsers, ETags and error pages stay out.
 */
export function createApplication(
  routes: readonly Route[],
  serve: Serve,
  exchangeOf: (request: IncomingMessage) => Exchange,
): Express {
  const application = express();
  application.disable('x-powered-by').disable('etag').enable('case sensitive routing').set('query parser', false);
  for (const route of routes) {
    application.all(route.path, (request: Request, _response: ServerResponse) => {
      const exchange = exchangeOf(request);
      exchange.record.route = route.path;
      if (NAMES_NOTHING.test(request.url)) return serve(exchange, unknownPath);
      return serve(exchange, handlerFor(route, request), textParams(request.params));
    });
  }
  application.use((request: Request) => serve(exchangeOf(request), unknownPath));
  // Express itself fails on what is no URL (`/v1/models/%zz`). The four parameters are what it knows an error handler by.
  const onError: ErrorRequestHandler = (error, request, _response, _next) =>
    serve(exchangeOf(request), () => {
      if (error instanceof URIError) throw new Fault(invalid('The URL is not correctly encoded.'));
      throw error;
    });
  application.use(onError);
  return application;
}

function handlerFor({ path, methods, query = [] }: Route, request: IncomingMessage): Handler {
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const handler = Object.entries(methods).find(([verb]) => verb === method)?.[1];
  if (handler !== undefined) return query === 'any' ? handler : withKnownQuery(handler, parametersOf(query, method));
  const allow = [...Object.keys(methods), ...('GET' in methods ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  if (method === 'OPTIONS') return options(allow, isForPages(path));
  return (exchange) => {
    exchange.response.setHeader('allow', allow);
    // The message does not show the route: `/admin/users/:userId` is not a URL that a client could use.
    throw new Fault({ code: 'method_not_allowed', message: `${method} is not allowed here: use ${allow}.` });
  };
}

/** A change takes its fields in the body. */
function parametersOf(query: readonly string[], method: string | undefined): readonly string[] {
  return method === 'GET' ? query : [];
}

function options(allow: string, isForPages: boolean): Handler {
  return (exchange) => {
    const headers = isForPages ? preflightHeaders(exchange.request.headers, allow) : { allow };
    exchange.record.status = 204;
    exchange.response.writeHead(204, headers).end();
  };
}

const unknownPath: Handler = ({ request }) => {
  const url = (request.url ?? '').slice(0, SHOWN_URL_MAX_CHARACTERS);
  throw new Fault({ code: 'not_found', message: `Unknown request URL: ${request.method} ${url}.` });
};

/** Path parameters as text; the pieces of a wildcard are joined again. */
function textParams(params: Request['params']): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, Array.isArray(value) ? value.join('/') : String(value)]),
  );
}
