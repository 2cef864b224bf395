import { type AdminCommand, readsQuery } from '#admin-api/admin-command.ts';
import { type CommandRoute, commands, mayHoldSlashes, routesOfCommand } from '#admin-api/commands.ts';
import { queryParametersOf } from '#admin-api/read-request.ts';
import { isSlow } from '#clients/admin/remote-admin.ts';
import type { Handler } from '../http/exchange.ts';
import type { Route } from '../route.ts';

/** Longer than a provider takes to answer, and than the largest price file. */
const SLOW_ANSWER_TIMEOUT_MS = 60_000;

/** A route for each URL of administration, with the methods of its commands; those that say more of a URL come first. */
export function adminRoutes(handlerOf: (route: CommandRoute) => Handler): readonly Route[] {
  const byPath = new Map<string, CommandRoute[]>();
  for (const route of commands.flatMap(routesOfCommand)) {
    const path = expressPath(route);
    byPath.set(path, [...(byPath.get(path) ?? []), route]);
  }
  return [...byPath.entries()]
    .map(([path, routes]): Route => {
      const read = routes.find(({ command }) => readsQuery(command))?.command;
      return {
        path,
        methods: Object.fromEntries(routes.map((route) => [route.command.verb, handlerOf(route)])),
        query: read === undefined ? [] : queryParametersOf(read),
        ...(routes.some(({ command }) => isSlow(command.method)) ? { answerTimeoutMs: SLOW_ANSWER_TIMEOUT_MS } : {}),
      };
    })
    .sort((a, b) => settledSegments(b.path) - settledSegments(a.path));
}

/** An id that may hold slashes is the rest of the path, or what is before its last word. */
function expressPath({ path }: { readonly path: string; readonly command: AdminCommand }): string {
  const mark = mayHoldSlashes(path) ? '*' : ':';
  return path.replace(/\{(\w+)\}/g, (_, name: string) => `${mark}${name}`);
}

function settledSegments(path: string): number {
  return path.split('/').filter((segment) => !/^[*:]/.test(segment)).length;
}
