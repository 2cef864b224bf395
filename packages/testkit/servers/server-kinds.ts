/** A server that the tests run against and that is not the gateway's own. */
export interface ServerKind {
  readonly title: string;
  /** Names the variable with the address of a server that is given for tests. */
  readonly urlVariable: string;
  readonly image: string;
  /** Names the variable by which docker-compose.yml, and the tests, take another image. */
  readonly imageVariable: string;
  /** The port inside the container. */
  readonly containerPort: number;
  /** Absent: the server comes with the dependencies. */
  readonly program?: { readonly name: string; readonly pathVariable: string; readonly debianPackage: string };
}

/**
 * The images are those of docker-compose.yml, so that the tests run against the versions an installation runs
 * (server-kinds.spec.ts compares the two). PostgreSQL's program is the one that `npm start` ships, for the same reason.
 */
export const serverKinds = {
  postgres: {
    title: 'PostgreSQL',
    urlVariable: 'TEST_DATABASE_URL',
    image: 'postgres:18-bookworm',
    imageVariable: 'POSTGRES_IMAGE',
    containerPort: 5432,
  },
  nats: {
    title: 'NATS',
    urlVariable: 'TEST_NATS_URL',
    image: 'nats:2.12-alpine',
    imageVariable: 'NATS_IMAGE',
    containerPort: 4222,
    program: { name: 'nats-server', pathVariable: 'TEST_NATS_SERVER', debianPackage: 'nats-server' },
  },
  redis: {
    title: 'Redis',
    urlVariable: 'TEST_REDIS_URL',
    image: 'redis:8-bookworm',
    imageVariable: 'REDIS_IMAGE',
    containerPort: 6379,
    program: { name: 'redis-server', pathVariable: 'TEST_REDIS_SERVER', debianPackage: 'redis-server' },
  },
} as const satisfies Readonly<Record<string, ServerKind>>;

export type ServerName = keyof typeof serverKinds;

export const serverNames = Object.keys(serverKinds) as readonly ServerName[];
