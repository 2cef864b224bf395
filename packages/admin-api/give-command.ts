import type { AdminCaller, AdminInput, AdminMethod, AdminOutput, AdminPort } from '#contracts/admin.ts';
import { Fault } from '#errors/fault.ts';
import type { AdminCommand } from './admin-command.ts';
import { type GivenCommand, readRequest } from './read-request.ts';
import { type CommandAnswer, writeAnswer } from './write-answer.ts';

type Method = (request: AdminInput<AdminMethod>, caller: AdminCaller) => Promise<AdminOutput<AdminMethod>>;

/**
 * Gives a command to administration and writes its answer. Rejects with a `Fault` that names fields as the caller wrote
 * them.
 */
export async function giveCommand(
  admin: AdminPort,
  command: AdminCommand,
  given: GivenCommand,
  caller: AdminCaller,
): Promise<CommandAnswer> {
  const { request, writtenAs } = readRequest(command, given);
  const method = admin[command.method] as unknown as Method;
  const output = await method(request, caller).catch((thrown: unknown) => {
    throw inCallersWords(thrown, writtenAs);
  });
  return writeAnswer(command, output, given.params);
}

/** A refusal with the name of its field as the caller wrote it. */
function inCallersWords(thrown: unknown, writtenAs: ReadonlyMap<string, string>): unknown {
  if (!(thrown instanceof Fault)) return thrown;
  const { param, message } = thrown.refusal;
  const written = param === undefined ? undefined : writtenAs.get(param);
  if (written === undefined) return thrown;
  const refusal = { ...thrown.refusal, param: written, message: message.replaceAll(`'${param}'`, `'${written}'`) };
  return new Fault(refusal, { cause: thrown.cause });
}
