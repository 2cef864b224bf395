import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { asArray, asObject, isJsonObject, type JsonObject } from '#kernel/json.ts';
import { notPriced, wrongType } from '../../ask/problems.ts';
import { isSearchTool } from './searches.ts';

/** Tools that the client runs itself: they cost the tokens of their calls. */
const clientsTools: ReadonlySet<string> = new Set([
  ...['function', 'custom', 'local_shell', 'apply_patch', 'computer', 'computer_use_preview', 'computer_use'],
]);

/** Tools that the provider runs, and why the gateway cannot bill them exactly. */
const hostedTools: ReadonlyMap<string, string> = new Map([
  ['file_search', 'it is charged by the call and by what is stored'],
  ['code_interpreter', 'it is charged by the container'],
  ['image_generation', 'its pictures are charged apart'],
  ['mcp', 'a remote server adds text of unknown length'],
  ['programmatic_tool_calling', 'its programs are run by the provider'],
]);

/** What is wrong with the tools, or cannot be billed; undefined: nothing. */
export function toolsProblem(body: JsonObject): Refusal | undefined {
  return listProblem(body['tools'], 'tools') ?? itemsProblem(body['input']);
}

function listProblem(tools: unknown, param: string): Refusal | undefined {
  if (tools === undefined || tools === null) return undefined;
  if (!Array.isArray(tools)) return wrongType(param, 'an array of objects', tools);
  for (const [at, tool] of tools.entries()) {
    const refusal = toolProblem(tool, `${param}[${at}]`);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** Items that add tools on the way, or make the provider do more than answer. */
function itemsProblem(input: unknown): Refusal | undefined {
  if (!Array.isArray(input)) return undefined;
  for (const [at, item] of input.entries()) {
    const { type, tools } = asObject(item) ?? {};
    if (type === 'compaction_trigger') {
      return notPriced(`input[${at}].type`, 'a compaction in the middle of an answer counts the prompt again');
    }
    // Earlier calls of tools list them, too, and offer none.
    if (type !== 'additional_tools' && type !== 'tool_search_output') continue;
    const param = `input[${at}].tools`;
    const refusal = listProblem(tools, param) ?? searchProblem(tools, param);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** Searches are counted by the tools of the request. */
function searchProblem(tools: unknown, param: string): Refusal | undefined {
  const at = asArray(tools).findIndex((tool) => isSearchTool(asObject(tool)?.['type']));
  return at === -1
    ? undefined
    : notPriced(`${param}[${at}].type`, "a search has to stand in the request's own 'tools'");
}

function toolProblem(tool: unknown, param: string): Refusal | undefined {
  if (!isJsonObject(tool)) return wrongType(param, 'an object', tool);
  const { type } = tool;
  if (typeof type !== 'string') return wrongType(`${param}.type`, 'a string', type);
  if (clientsTools.has(type) || isSearchTool(type)) return undefined;
  if (type === 'namespace') return spaceProblem(tool, param);
  if (type === 'shell') return shellProblem(tool, param);
  if (type === 'tool_search') return toolSearchProblem(tool, param);
  const why = hostedTools.get(type) ?? 'the gateway does not know what it costs';
  return notPriced(`${param}.type`, `'${type}': ${why}`);
}

function spaceProblem({ tools }: JsonObject, param: string): Refusal | undefined {
  if (!Array.isArray(tools)) return wrongType(`${param}.tools`, 'an array of objects', tools);
  for (const [at, tool] of tools.entries()) {
    const inner = `${param}.tools[${at}]`;
    if (!isJsonObject(tool)) return wrongType(inner, 'an object', tool);
    if (tool['type'] !== 'function' && tool['type'] !== 'custom') {
      return invalid(`Invalid value for '${inner}.type': supported values are function, custom.`, `${inner}.type`);
    }
  }
  return undefined;
}

/** A shell in a container of the provider's is charged by the container. */
function shellProblem({ environment = null }: JsonObject, param: string): Refusal | undefined {
  if (asObject(environment)?.['type'] === 'local') return undefined;
  return notPriced(`${param}.environment`, 'a container is charged apart; send {"type":"local"}');
}

/** Where the provider searches, it reads the prompt once more. */
function toolSearchProblem({ execution }: JsonObject, param: string): Refusal | undefined {
  if (execution === 'client') return undefined;
  return notPriced(`${param}.execution`, 'a search by the provider counts the prompt again; send "client"');
}
