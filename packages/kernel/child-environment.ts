/**
 * The variables that a program needs to run at all: paths of programs, home and temporary files, language and time
 * zone. On Windows nothing runs without SystemRoot.
 */
const NEEDED = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'LANG', 'LC_ALL', 'TZ', 'SystemRoot'];

/**
 * The environment for a program that this process starts. It is a list of permitted names, so that no secret passes.
 * This process' own environment holds the admin token, providers' keys and passwords, which would show in the program's
 * /proc/<pid>/environ.
 */
export function childEnvironment(): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {};
  for (const name of NEEDED) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}
