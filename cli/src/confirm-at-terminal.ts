import { confirm } from './admin/confirm.ts';
import { UsageError } from './exit-code.ts';

/**
 * Asks the person at the terminal about something that is more than one command says: a whole file, or money. Throws a
 * `UsageError` where there is no terminal, and a `Fault` for a no.
 */
export async function confirmAtTerminal(question: string, stderr: NodeJS.WriteStream): Promise<void> {
  if (!process.stdin.isTTY || !stderr.isTTY) {
    throw new UsageError('nothing was done: there is no terminal to ask at; give --yes to go ahead without a question');
  }
  await confirm(question, stderr);
}
