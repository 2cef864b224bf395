import { exitCode } from './exit-code.ts';
import { runCli } from './run-cli.ts';

const args = process.argv.slice(2);
// As in bin/gatewayctl.js, for the Node that it starts.
process.title = 'gatewayctl';

// A reader that has seen enough, such as `head`, closes the pipe: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCode.fine);
  throw error;
});

process.exitCode = await runCli(args, {
  environment: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
});
