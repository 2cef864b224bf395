import type pg from 'pg';
import type { Logger } from 'pino';
import type { DeadLetterSource } from '#dead-letters/dead-letter-source.ts';
import type { Journal } from './journal.ts';
import type { Projection } from './projection.ts';
import { type Projector, startProjector } from './projector.ts';
import { type ReplayReport, replayProjection } from './replay.ts';

/** Projections that are kept in line with the log. */
export interface KeptProjections {
  /** By name, the position up to which each projection has taken events. */
  positions(): ReadonlyMap<string, number>;
  /** Resolves when the named projection has taken the event at `position`. */
  reached(name: string, position: number): Promise<void>;
  /** Rebuilds a projection named in `positions` from the log, and compares. */
  replay(name: string): Promise<ReplayReport>;
  /** For each stopped projection, the event that stops it. */
  readonly deadLetters: readonly DeadLetterSource[];
  close(): Promise<void>;
}

/** Starts a projector for each projection. */
export async function keepProjections(
  projections: readonly Projection[],
  dependencies: { readonly journal: Journal; readonly pool: pg.Pool; readonly logger: Logger },
): Promise<KeptProjections> {
  const projectors = new Map<string, Projector>();
  await Promise.all(
    projections.map(async (projection) => {
      projectors.set(projection.name, await startProjector(projection, dependencies));
    }),
  );
  return {
    positions: () => new Map([...projectors].map(([name, projector]) => [name, projector.position()])),
    reached: async (name, position) => projectors.get(name)?.reached(position),
    replay(name) {
      const projection = projections.find((each) => each.name === name);
      if (projection === undefined) throw new Error(`no projection ${name}`);
      return replayProjection(projection, dependencies);
    },
    deadLetters: [...projectors.values()].map((projector) => projector.deadLetters),
    async close() {
      await Promise.all([...projectors.values()].map((projector) => projector.close()));
    },
  };
}
