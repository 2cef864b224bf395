import { readFileSync } from 'node:fs';

/** The value that "env:NAME" or "file:PATH" refers to on this machine; else why there is none. */
export function readSecret(
  reference: string,
  environment: NodeJS.ProcessEnv,
): { readonly value: string } | { readonly problem: string } {
  const colon = reference.indexOf(':');
  const name = reference.slice(colon + 1);
  if (reference.startsWith('env:')) {
    const value = environment[name] ?? '';
    return value === '' ? { problem: `the variable ${name} is not set where gatewayctl runs: set it.` } : { value };
  }
  try {
    const value = readFileSync(name, 'utf8').trim();
    return value === '' ? { problem: `the file ${name} is empty.` } : { value };
  } catch (thrown) {
    const why = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown);
    return { problem: `the file ${name} cannot be read where gatewayctl runs (${why}).` };
  }
}
