import { ProjectionsService } from '#contracts/gen/gateway/projections/v1/projections_pb.js';
import { Fault } from '#errors/fault.ts';
import { type ServedService, servedService } from '#rpc/served-service.ts';
import type { KeptProjections } from './kept-projections.ts';
import type { ReplayReport } from './replay.ts';

/** gateway.projections.v1.ProjectionsService over a service's projections. */
export function projectionsService(ports: Pick<KeptProjections, 'positions' | 'replay'>): ServedService {
  const replayOne = oneAtATime((name: string) => ports.replay(name));
  return servedService(ProjectionsService, {
    replay: async ({ projection }, { signal }) => {
      const known = [...ports.positions().keys()];
      if (projection !== '' && !known.includes(projection)) throw unknownProjection(projection, known);
      const reports: ReplayReport[] = [];
      for (const name of projection === '' ? known : [projection]) {
        if (signal.aborted) break;
        reports.push(await replayOne(name));
      }
      return { results: reports.map(replayResult) };
    },
    listProjections: async () => ({
      projections: [...ports.positions()].map(([name, position]) => ({ name, position: BigInt(position) })),
    }),
  });
}

function replayResult(report: ReplayReport) {
  return {
    projection: report.projection,
    events: BigInt(report.events),
    rows: BigInt(report.rows),
    equal: report.isEqual,
    differences: [...report.differences],
    durationMs: Math.round(report.durationMs),
  };
}

/** A rebuild works in a shadow of the live tables. Two rebuilds at a time would fight for the shadow. */
function oneAtATime<T>(run: (name: string) => Promise<T>): (name: string) => Promise<T> {
  let running = '';
  return async (name) => {
    if (running !== '') {
      throw new Fault({ code: 'conflict', message: `A replay of ${running} is running; wait for it to end.` });
    }
    running = name;
    try {
      return await run(name);
    } finally {
      running = '';
    }
  };
}

function unknownProjection(name: string, known: readonly string[]): Fault {
  const message = `There is no projection ${name}; there are: ${known.join(', ') || 'none'}.`;
  return new Fault({ code: 'not_found', message, param: 'projection' });
}
