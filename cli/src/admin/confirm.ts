import { createInterface } from 'node:readline/promises';
import { Fault } from '#errors/fault.ts';

/** Asks the person at the terminal; where there is none, what the script says is meant. Throws a `Fault` for a no. */
export async function confirm(question: string, stderr: NodeJS.WriteStream): Promise<void> {
  if (!process.stdin.isTTY || !stderr.isTTY) return;
  const terminal = createInterface({ input: process.stdin, output: stderr });
  const answer = await terminal.question(`${question} [y/N] `);
  terminal.close();
  if (/^y(es)?$/i.test(answer.trim())) return;
  throw new Fault({ code: 'conflict', message: 'Nothing was changed. --yes asks no question.' });
}
