import { useQuery } from '@tanstack/react-query';
import type { DeploymentState, ProviderState } from '../../api/gen/index.ts';
import { readStats, type Stats } from '../../api/stats.ts';
import { Badge } from '../../ui/badge.tsx';
import { Facts } from '../../ui/facts.tsx';
import { count } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ResourceLink } from '../../ui/resource-link.tsx';
import { Loading, Problem } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { deploymentColumns } from '../providers/deployment-columns.tsx';
import { useHealth } from '../providers/use-health.ts';

const LIVE_MS = 5_000;

/** A read model that is this many events behind is not merely between two batches. */
const LAG_EVENTS = 1_000;

interface Projection {
  readonly name: string;
  readonly position: number;
  readonly behind: number;
}

type Deployment = DeploymentState & { readonly provider: string };

const projectionColumns: readonly Column<Projection>[] = [
  { title: 'Read model', cell: ({ name }) => name },
  { title: 'Position', cell: ({ position }) => count(position), isNumber: true, isMinor: true },
  { title: 'Behind', cell: ({ behind }) => count(behind), isNumber: true },
  {
    title: 'State',
    cell: ({ behind }) => (
      <Badge tone={behind > LAG_EVENTS ? 'warn' : 'good'}>{behind > LAG_EVENTS ? 'behind' : 'in line'}</Badge>
    ),
  },
];

const columns: readonly Column<Deployment>[] = [
  { title: 'Provider', cell: ({ provider, account }) => <Called provider={provider} account={account} /> },
  ...deploymentColumns,
];

function Called({ provider, account }: Pick<Deployment, 'provider' | 'account'>) {
  return (
    <>
      <ResourceLink to={`/providers/${provider}`}>{provider}</ResourceLink>
      {account && ` (${account})`}
    </>
  );
}

/** How the gateway's own parts do: the log, its read models, money held, and each provider's circuit breakers. */
export default function Health() {
  const stats = useQuery({
    queryKey: ['stats'],
    queryFn: ({ signal }) => readStats(signal),
    refetchInterval: LIVE_MS,
  });
  const providers = useHealth();
  return (
    <Page title="Health" lead="How the gateway's own parts do, every five seconds.">
      {stats.error !== null && <Problem error={stats.error} onRetry={() => void stats.refetch()} />}
      {stats.isPending && stats.error === null && <Loading />}
      {stats.data !== undefined && <Parts stats={stats.data} />}
      {providers.error !== null && <Problem error={providers.error} onRetry={() => void providers.refetch()} />}
      {providers.data !== undefined && (
        <Panel title="Providers’ circuit breakers">
          <Table
            caption="Providers’ circuit breakers"
            columns={columns}
            rows={(providers.data.providers ?? []).flatMap(deploymentsOf)}
            idOf={({ provider, account, model }) => `${provider} ${account} ${model}`}
            empty="No provider was called yet."
          />
        </Panel>
      )}
    </Page>
  );
}

function Parts({ stats }: { readonly stats: Stats }) {
  const { log, openHolds, projections = {}, uptime_s, memory } = stats;
  const head = log?.position ?? 0;
  const rows = Object.entries(projections).map(([name, position]) => ({
    name,
    position,
    behind: Math.max(0, head - position),
  }));
  return (
    <>
      <Panel title="Now">
        <div className="p-4">
          <Facts
            facts={[
              ['Log', log?.fault ?? `position ${count(head)}`],
              ["Writer's term", log?.epoch],
              ['Open holds', typeof openHolds === 'object' ? openHolds.fault : count(openHolds ?? 0)],
              ['Running for', span(uptime_s)],
              ['Memory', `${Math.round(memory.rss_bytes / 2 ** 20)} MiB`],
            ]}
          />
        </div>
      </Panel>
      <Panel title="Read models">
        <Table
          caption="Read models"
          columns={projectionColumns}
          rows={rows.toSorted((a, b) => b.behind - a.behind || a.name.localeCompare(b.name))}
          idOf={({ name }) => name}
          empty="None could be asked."
        />
      </Panel>
    </>
  );
}

/** A provider that has no deployment yet stands for itself. */
function deploymentsOf({ id, deployments = [], ...state }: ProviderState): readonly Deployment[] {
  const provider = id ?? '';
  if (deployments.length > 0) return deployments.map((each) => ({ ...each, provider }));
  const { state: breaker, reason, since, in_flight } = state;
  return [
    {
      provider,
      ...{ state: breaker ?? null, reason: reason ?? null, since: since ?? null, in_flight: in_flight ?? 0 },
    },
  ];
}

function span(seconds: number): string {
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${seconds % 60} s`;
}
