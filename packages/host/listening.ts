/** An address to listen at, and the settings that it comes from. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  readonly hostSetting: string;
  readonly portSetting: string;
}

/** The system's error codes for an address that cannot be used, each with what to do. */
const reasons: Readonly<Record<string, (address: ListenAddress) => string>> = {
  EADDRINUSE: ({ host, port, portSetting }) =>
    `port ${port} of ${host} is in use by another program: stop that program, or set ${portSetting} to a free port`,
  EACCES: ({ port, portSetting }) => `this user may not use port ${port}: set ${portSetting} to a port above 1023`,
  EADDRNOTAVAIL: ({ host, hostSetting }) =>
    `${host} is not an address of this machine: set ${hostSetting} to one, or to 0.0.0.0 for all`,
  ENOTFOUND: ({ host, hostSetting }) => `the name ${host} is unknown: set ${hostSetting} to an address of this machine`,
};

/** Waits until a server listens at the address. If that fails, the reason names the setting to change. */
export async function listening<T>(address: ListenAddress, begun: Promise<T>): Promise<T> {
  try {
    return await begun;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const reason = reasons[code];
    throw reason === undefined ? error : new Error(reason(address), { cause: error });
  }
}
