const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/** Responses that run or wait on one connection, as at OpenAI. Each waits with its whole message in memory. */
export const AT_ONCE_MAX = 16;

/** Names of lanes that one connection may use, as at OpenAI. */
export const LANES_MAX = 32;

/** A name is repeated in every event. */
export const STREAM_ID_MAX_CHARACTERS = 64;

/** From the beginning of a connection on, as at OpenAI: what it says of its key is then looked at anew by everything in between. */
export const LIFE_MAX_MS = 60 * MINUTE_MS;

/** Without a message and without a response that runs. Whoever comes back sends the conversation once more, and nothing else is lost. */
export const IDLE_MAX_MS = 15 * MINUTE_MS;

/** Below the 60 s at which common load balancers give up a silent connection. */
export const PING_EVERY_MS = 25 * SECOND_MS;

/** How long a client may take to answer a ping: some round trips of a bad network. */
export const PONG_WITHIN_MS = 20 * SECOND_MS;

/** How often all sockets are looked at, which costs below a microsecond for each. */
export const LOOK_EVERY_MS = SECOND_MS;

/** Of `connectionsMax`: sockets that say nothing must not keep plain requests out. */
export const SOCKETS_SHARE = 0.5;

/** Messages in a row that are none: nobody learns anything from more of them. */
export const JUNK_MAX = 100;

/** Responses that a lane remembers: the last one, and the one before for a client that asks its turn again. */
export const REMEMBERED_OF_LANE_MAX = 2;

/** How long a client may take to close its side once the gateway has closed its own, or has refused what it sent. */
export const CLOSE_WITHIN_MS = 2 * SECOND_MS;

/**
 * Of the memory for bodies, what all connections together may fill with responses that they remember: a client that asks for nothing
 * more must not keep the bodies of others out. Whoever finds no room sends the conversation again.
 */
export const REMEMBERED_SHARE = 0.25;
