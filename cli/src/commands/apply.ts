import { readFileSync } from 'node:fs';
import { text as textOf } from 'node:stream/consumers';
import type { Command } from 'commander';
import { Fault } from '#errors/fault.ts';
import { type AdminCalls, withAdministration } from '../administration.ts';
import { applyPlan } from '../apply/apply-plan.ts';
import { gatewayState } from '../apply/gateway-state.ts';
import { type Plan, planPolicy } from '../apply/plan-policy.ts';
import type { PolicyFault } from '../apply/policy-fault.ts';
import { readPolicy } from '../apply/read-policy.ts';
import { appliedText, planJson, planText } from '../apply/render-plan.ts';
import { type CommandContext, outputOf } from '../command-context.ts';
import { confirmAtTerminal } from '../confirm-at-terminal.ts';
import { exitCode, UsageError } from '../exit-code.ts';
import type { Output } from '../output.ts';

interface Options {
  readonly file: string;
  readonly dryRun?: boolean;
  readonly prune?: boolean;
  readonly withSecrets?: boolean;
  readonly yes?: boolean;
}

/** `apply -f FILE`: makes the gateway's policy what a file says. */
export function addApply(program: Command, context: CommandContext): void {
  program
    .command('apply')
    .description('make the gateway’s policy what a file says: show the difference, ask, then create, change and delete')
    .requiredOption('-f, --file <file>', 'the policy, in YAML; "-" reads standard input')
    .option('--dry-run', 'only show the difference')
    .option('--prune', 'delete what the file does not have, of the kinds that it has')
    .option(
      '--with-secrets',
      'send the secrets of resources that are there already: whether they differ cannot be seen',
    )
    .option('--yes', 'do not ask')
    .addHelpText('after', HELP)
    .action(async (options: Options, command: Command) => {
      const output = outputOf(command, context);
      const { entries, faults } = readPolicy(await readInputFile(options.file));
      refuseFaults(options.file, faults);
      await withAdministration(command, context, async (calls) => {
        const plan = await planPolicy(entries, gatewayState(calls), {
          isPruned: options.prune === true,
          withSecrets: options.withSecrets === true,
          environment: context.environment,
          onProgress: (done) => output.progress(`compared ${done} of ${entries.length} resources`),
        });
        refuseFaults(options.file, plan.faults);
        if (options.dryRun === true) {
          output.answer({ json: planJson(plan, undefined), text: () => planText(plan) });
          if (isDifferent(plan)) context.setExitCode(exitCode.differs);
          return;
        }
        await carryOut(plan, calls, { options, output, context, isJson: command.optsWithGlobals()['json'] === true });
      });
    });
}

const HELP = `
The file has resources, each with "kind", "id" where you choose it, and its fields as REST takes them. What a resource does
not name stays as it is; null empties a field. See config/policy.example.yaml.

--dry-run exits with 0 where nothing differs, with ${exitCode.differs} where something does.`;

interface Surroundings {
  readonly options: Options;
  readonly output: Output;
  readonly context: CommandContext;
  readonly isJson: boolean;
}

async function carryOut(plan: Plan, calls: AdminCalls, { options, output, context, isJson }: Surroundings) {
  const isToAsk = isDifferent(plan) && options.yes !== true;
  // A program reads one document, which comes after the work.
  if (isJson && isToAsk) throw new UsageError('nothing was done: with --json give --yes, or --dry-run');
  if (!isJson) output.answer({ json: undefined, text: () => planText(plan) });
  if (isToAsk) await confirmAtTerminal('Apply this?', context.stderr);
  const due = plan.steps.filter(({ action }) => action !== 'unchanged').length;
  const applied = await applyPlan(plan.steps, {
    calls,
    state: gatewayState(calls),
    environment: context.environment,
    onProgress: (done) => output.progress(`applied ${done} of ${due}`),
  });
  output.answer({ json: planJson(plan, applied), text: () => appliedText(applied) });
  if (applied.failure !== undefined) context.setExitCode(exitCode.fault);
}

async function readInputFile(file: string): Promise<string> {
  return file === '-' ? textOf(process.stdin) : readFileSync(file, 'utf8');
}

function isDifferent({ steps }: Plan): boolean {
  return steps.some(({ action }) => action !== 'unchanged');
}

function refuseFaults(file: string, faults: readonly PolicyFault[]): void {
  if (faults.length === 0) return;
  const lines = faults.map(({ line, message }) => `\n  line ${line}: ${message}`).join('');
  const name = file === '-' ? 'standard input' : file;
  throw new Fault({ code: 'invalid_request', message: `${name}: nothing was applied.${lines}` });
}
