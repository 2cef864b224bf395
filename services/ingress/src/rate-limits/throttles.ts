import type { ResourceOf } from '#registry/kinds.ts';
import type { RateLimit } from '#throttle/gcra.ts';

type Settings = ResourceOf<'settings'>;

/** The throttles that hold; an absent one is none. */
export interface Throttles {
  /** Wrong keys count as well, so that they cannot be guessed at any speed. */
  readonly perIp?: RateLimit | undefined;
  readonly perUser?: RateLimit | undefined;
  readonly perKey?: RateLimit | undefined;
}

/** The throttles of now; undefined: none at all. */
export type ThrottlesNow = () => Throttles | undefined;

/** Throttles as the gateway's settings say; what they do not speak of is as configured. */
export function createThrottles(settings: () => Settings, configured: Throttles | undefined): ThrottlesNow {
  let of: Settings | undefined;
  let now: Throttles | undefined;
  return () => {
    const current = settings();
    if (current === of) return now;
    of = current;
    const { throttlePerAddress, throttlePerUser, throttlePerKey } = current;
    const throttles = {
      perIp: limitOf(throttlePerAddress, configured?.perIp),
      perUser: limitOf(throttlePerUser, configured?.perUser),
      perKey: limitOf(throttlePerKey, configured?.perKey),
    };
    now = Object.values(throttles).some((limit) => limit !== undefined) ? throttles : undefined;
    return now;
  };
}

function limitOf(set: Settings['throttlePerKey'], configured: RateLimit | undefined): RateLimit | undefined {
  if (set === undefined) return configured;
  const { requestsPerMinute, burst } = set;
  if (requestsPerMinute === 0) return undefined;
  return { requestsPerMinute, burst: burst === 0 ? burstOf(requestsPerMinute) : burst };
}

/** A tenth of a minute's at once, as in the configuration. */
function burstOf(requestsPerMinute: number): number {
  return Math.max(1, Math.ceil(requestsPerMinute / 10));
}
