/**
 * The environment of the server's programs: no PGDATA, PGPORT or PGOPTIONS for another server, none of our secrets, and
 * English messages, since the code searches them for known causes.
 */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { LC_ALL: 'C' };
  for (const name of ['PATH', 'TZ']) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}
