import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Command } from 'commander';
import { runProgram } from '#testkit/run-program.ts';
import { test } from '#testkit/test.ts';
import { bashCompletion } from './bash.ts';
import { commandTree } from './command-tree.ts';
import { fishCompletion } from './fish.ts';
import { zshCompletion } from './zsh.ts';

const main = join(import.meta.dirname, '../main.ts');

function example(): Command {
  const program = new Command('tool').option('--token <token>', 'the operator’s').option('-q, --quiet', 'say less');
  const log = program.command('log').description("look at the 'log'");
  log.command('read').description('show events').option('--from <position>', 'the first');
  log.command('tail').description('follow');
  program.command('check').description('check it');
  return program;
}

/** What bash offers after a command line whose last word is being written. */
function offered(script: string, words: readonly string[]): string[] {
  const line = words.map((word) => `'${word}'`).join(' ');
  const program = `${script}\nCOMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _${words[0]}; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const text = execFileSync('bash', ['-c', program], { encoding: 'utf8' });
  return text.split('\n').filter((word) => word !== '');
}

test('bash offers the commands and options that may follow, and nothing else', () => {
  const script = bashCompletion(commandTree(example()));
  assert.deepEqual(offered(script, ['tool', '']), ['log', 'check', '--token', '--quiet', '--help']);
  assert.deepEqual(offered(script, ['tool', 'l']), ['log']);
  assert.deepEqual(offered(script, ['tool', 'log', 't']), ['tail']);
  assert.deepEqual(offered(script, ['tool', 'log', 'read', '--f']), ['--from']);
  assert.deepEqual(offered(script, ['tool', 'log', 'tail', '--f']), []);
});

test('the value of an option is no command, and is left to its writer', () => {
  const script = bashCompletion(commandTree(example()));
  assert.deepEqual(offered(script, ['tool', '--token', 'log', 'c']), ['check']);
  assert.deepEqual(offered(script, ['tool', '--token', '']), []);
});

for (const [shell, render] of [
  ['bash', bashCompletion],
  ['zsh', zshCompletion],
  ['fish', fishCompletion],
] as const) {
  test(`the script for ${shell} has every command and option, and is one that the shell reads where it is there`, () => {
    const script = render(commandTree(example()));
    for (const word of ['log', 'read', 'tail', 'check', 'token', 'quiet', 'from'])
      assert.ok(script.includes(word), word);
    const { error, status, stderr } = spawnSync(shell, ['-n'], { input: script, encoding: 'utf8' });
    const isAbsent = error !== undefined && 'code' in error && error.code === 'ENOENT';
    assert.ok(isAbsent ? shell !== 'bash' : status === 0, stderr);
  });
}

test('gatewayctl completes itself', async () => {
  const { code, stdout } = await runProgram(main, ['completion', 'bash'], { cwd: import.meta.dirname });
  assert.equal(code, 0);
  assert.deepEqual(offered(stdout, ['gatewayctl', 'audit', 'v']), ['verify', 'verify-range']);
  assert.deepEqual(offered(stdout, ['gatewayctl', 'comp']), ['completion']);
  assert.deepEqual(offered(stdout, ['gatewayctl', 'completion', 'z']), ['zsh']);
  assert.equal((await runProgram(main, ['completion', 'tcsh'], { cwd: import.meta.dirname })).code, 2);
});
