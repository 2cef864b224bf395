/**
 * What a program needs of its environment to run at all: where programs, home and temporary files are, language and time
 * zone. On Windows nothing runs without SystemRoot.
 */
const NEEDED = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'LANG', 'LC_ALL', 'TZ', 'SystemRoot'];

/**
 * The environment for a program that this process starts. It names what may pass, so that no secret does: this process'
 * own environment holds the admin token, providers' keys and passwords, and so would /proc/<pid>/environ of the program.
 */
export function childEnvironment(): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {};
  for (const name of NEEDED) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}
