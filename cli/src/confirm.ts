import { createInterface } from 'node:readline/promises';
import type { CommandContext } from './command-context.ts';
import { UsageError } from './exit-code.ts';

/**
 * Asks the person at the terminal; true: they said yes. Throws a `UsageError` where there is no terminal, since a script cannot
 * be asked.
 */
export async function confirm(question: string, { stderr }: Pick<CommandContext, 'stderr'>): Promise<boolean> {
  if (!process.stdin.isTTY || !stderr.isTTY) {
    throw new UsageError('nothing was done: there is no terminal to ask at; give --yes to go ahead without a question');
  }
  const terminal = createInterface({ input: process.stdin, output: stderr });
  try {
    const answer = await terminal.question(`${question} [y/N] `);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
