import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { isJsonObject, type JsonObject } from '#kernel/json.ts';
import type { Environment } from './variables.ts';

/** Names the configuration file. */
export const FILE_VARIABLE = 'GATEWAY_CONFIG';

const DEFAULT_FILE = 'config/gateway.yaml';

/** The settings of the configuration file, as they stand there. */
export interface ConfigFile {
  readonly path: string;
  /** Empty where there is no file, or where it cannot be read. */
  readonly settings: JsonObject;
  readonly faults: readonly string[];
}

/** Reads the file that `GATEWAY_CONFIG` names, else config/gateway.yaml where there is one. */
export function readConfigFile(environment: Environment): ConfigFile {
  const named = environment[FILE_VARIABLE];
  const path = named !== undefined && named !== '' ? named : DEFAULT_FILE;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const isNamed = path === named;
    const fault = `${FILE_VARIABLE}: ${path} cannot be read (${(error as Error).message})`;
    return { path, settings: {}, faults: isNamed ? [fault] : [] };
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const faults = document.errors.map(({ code, pos }) => {
    const { line, col } = lineCounter.linePos(pos[0]);
    // Where and what kind alone: the parser's words repeat the line, which may be the one with the admin token.
    return `${path}: not valid YAML at line ${line}, column ${col} (${code})`;
  });
  const settings: unknown = faults.length === 0 ? document.toJS() : {};
  if (settings === null || settings === undefined) return { path, settings: {}, faults };
  if (isJsonObject(settings)) return { path, settings, faults };
  return { path, settings: {}, faults: [...faults, `${path}: must be a mapping of settings`] };
}
