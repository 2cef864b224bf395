/**
 * What the server's programs see of our environment: no PGDATA, PGPORT or PGOPTIONS meant for another server, no
 * secrets of ours, and messages in English, which are searched for known causes.
 */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { LC_ALL: 'C' };
  for (const name of ['PATH', 'TZ']) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}
