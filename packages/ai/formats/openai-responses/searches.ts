import { asArray, asObject, type JsonObject } from '#kernel/json.ts';

/** Calls of hosted tools that a request is given if it has a search on the web and names no bound of its own. */
export const TOOL_CALLS_DEFAULT = 5;

/** What the tool that searches the web goes by: `web_search`, `web_search_preview`, and both with a date. */
const searchTool = /^web_search(?:_preview)?(?:_\d{4}_\d{2}_\d{2})?$/;

export function isSearchTool(type: unknown): boolean {
  return typeof type === 'string' && searchTool.test(type);
}

export function hasSearchTool(body: JsonObject): boolean {
  return asArray(body['tools']).some((tool) => isSearchTool(asObject(tool)?.['type']));
}

/** The most searches that a request can make. */
export function searchesMax(body: JsonObject): number {
  if (!hasSearchTool(body)) return 0;
  const asked = body['max_tool_calls'];
  return typeof asked === 'number' ? asked : TOOL_CALLS_DEFAULT;
}
