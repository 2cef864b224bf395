import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorTable } from '#errors/error-table.ts';

/** Code that can answer a caller. */
const PRODUCTION = ['packages/**/*.ts', 'services/**/*.ts'];
const NOT_PRODUCTION =
  /[.]spec[.]ts$|[/]testing[.]ts$|[/]gen[/]|^packages[/]testkit[/]|^packages[/]errors[/]error-table[.]ts$/;

/** A literal that is compared with, as in `fault.code === 'conflict'`, only reads what another place has raised. */
const LITERAL = /(?<!(?:===|!==|case) )'(?<code>[a-z_]+)'/g;

/**
 * The codes of the error table that no production code raises. A client would prepare for an answer that never comes.
 * A code counts as raised where a file has it as a string that is not merely compared with.
 */
export function unraisedCodes(root: string): string[] {
  const raised = new Set<string>();
  for (const path of globSync(PRODUCTION, { cwd: root })) {
    if (NOT_PRODUCTION.test(path)) continue;
    for (const { groups } of readFileSync(join(root, path), 'utf8').matchAll(LITERAL))
      raised.add(groups?.['code'] ?? '');
  }
  return Object.keys(errorTable).filter((code) => !raised.has(code));
}
