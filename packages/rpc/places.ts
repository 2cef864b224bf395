import { lookup as dnsLookup } from 'node:dns/promises';
import { isIP } from 'node:net';

/** How soon a machine that was added to a name is found, and a machine that was removed is left. */
const LOOKUP_INTERVAL_MS = 5_000;

/** All addresses of a name. Rejects if the name has none now. */
type Lookup = (host: string) => Promise<readonly string[]>;

/** The address of a server. */
export interface Place {
  /** host:port to connect to. */
  readonly target: string;
  /** The name in its certificate, if the target is an address that was looked up; otherwise ''. */
  readonly name: string;
}

/** The places of host:port addresses, looked up again and again. */
export interface Places {
  /** The places that are known by now. A promise only during the first look-up. */
  current(): readonly Place[] | Promise<readonly Place[]>;
  close(): void;
}

/**
 * A name with several addresses stands for all of them, so that each machine gets its share. gRPC's own balancing asks
 * for a name's addresses only when a connection breaks, and would never find a machine that was added. A name that
 * cannot be looked up keeps its machines, or stands for itself.
 */
export function startLookups(
  addresses: readonly string[],
  lookup: Lookup = systemLookup,
  intervalMs = LOOKUP_INTERVAL_MS,
): Places {
  const names = addresses.map(parse);
  const known = names.map(({ address }): readonly Place[] => [{ target: address, name: '' }]);
  let current: readonly Place[] = known.flat();
  if (names.every(({ isFixed }) => isFixed)) return { current: () => current, close: () => undefined };

  async function lookUpAll(): Promise<readonly Place[]> {
    const found = await Promise.all(names.map((name, index) => placesOf(name, lookup, known[index] ?? [])));
    for (const [index, places] of found.entries()) known[index] = places;
    current = known.flat();
    return current;
  }

  let first: Promise<readonly Place[]> | undefined = lookUpAll().finally(() => {
    first = undefined;
  });
  const timer = setInterval(() => void lookUpAll(), intervalMs);
  timer.unref();
  return { current: () => first ?? current, close: () => clearInterval(timer) };
}

interface Name {
  readonly address: string;
  readonly host: string;
  readonly port: string;
  /** Whether the host is an address already, or this machine. */
  readonly isFixed: boolean;
}

function parse(address: string): Name {
  const end = address.lastIndexOf(':');
  const host = address.slice(0, end).replace(/^\[|\]$/g, '');
  return { address, host, port: address.slice(end + 1), isFixed: end < 0 || isIP(host) !== 0 || host === 'localhost' };
}

async function placesOf(
  { address, host, port, isFixed }: Name,
  lookup: Lookup,
  known: readonly Place[],
): Promise<readonly Place[]> {
  if (isFixed) return known;
  try {
    const ips = await lookup(host);
    if (ips.length === 0) return known;
    return [...new Set(ips)].sort().map((ip) => ({
      target: `${isIP(ip) === 6 ? `[${ip}]` : ip}:${port}`,
      name: address,
    }));
  } catch {
    return known;
  }
}

async function systemLookup(host: string): Promise<string[]> {
  return (await dnsLookup(host, { all: true })).map(({ address }) => address);
}
