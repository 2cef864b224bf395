/** What an address is made of, and the settings that say it. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  readonly hostSetting: string;
  readonly portSetting: string;
}

/** What the system says of an address that cannot be listened to, and what to do. */
const reasons: Readonly<Record<string, (address: ListenAddress) => string>> = {
  EADDRINUSE: ({ host, port, portSetting }) =>
    `port ${port} of ${host} is taken by another program: stop that one, or set ${portSetting} to a free port`,
  EACCES: ({ port, portSetting }) =>
    `port ${port} is not for this user, as those below 1024 mostly are: set ${portSetting} to another port`,
  EADDRNOTAVAIL: ({ host, hostSetting }) =>
    `${host} is no address of this machine: set ${hostSetting} to one, or to 0.0.0.0 for all`,
  ENOTFOUND: ({ host, hostSetting }) =>
    `no machine is called ${host}: set ${hostSetting} to an address of this machine`,
};

/** Waits until an address is listened to. Where that fails, the reason names the setting to change. */
export async function listening<T>(address: ListenAddress, begun: Promise<T>): Promise<T> {
  try {
    return await begun;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const reason = reasons[code];
    throw reason === undefined ? error : new Error(reason(address), { cause: error });
  }
}
