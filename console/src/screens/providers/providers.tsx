import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../api/client.ts';
import {
  type Provider,
  type ProviderState,
  providersHealth,
  providersList,
  providersTest,
  providersUpdate,
  type TestProviderResult,
} from '../../api/gen/index.ts';
import { useMay } from '../../session/session.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { milliseconds } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Loading, Problem } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { healthOf } from './health-of.ts';

const LIVE_MS = 5_000;

/** Providers, how they do, and a test call for each. */
export default function Providers() {
  const list = useQuery({ queryKey: ['providers'], queryFn: ({ signal }) => ask(providersList({ signal })) });
  const health = useQuery({
    queryKey: ['provider-health'],
    queryFn: ({ signal }) => ask(providersHealth({ signal })),
    refetchInterval: LIVE_MS,
  });
  const states = new Map((health.data?.providers ?? []).map((state) => [state.id, state]));
  const columns: readonly Column<Provider>[] = [
    { title: 'Provider', cell: ({ id }) => id },
    { title: 'Status', cell: ({ status }) => <Badge tone={status === 'active' ? 'good' : 'warn'}>{status}</Badge> },
    { title: 'Health', cell: ({ id }) => <Health state={states.get(id ?? '')} /> },
    { title: 'Running', cell: ({ id }) => states.get(id ?? '')?.in_flight ?? 0, isNumber: true, isMinor: true },
    { title: 'Address', cell: ({ base_url }) => <code className="text-xs break-all">{base_url}</code>, isMinor: true },
    { title: 'Actions', cell: (provider) => <Actions provider={provider} /> },
  ];
  const error = list.error ?? health.error;
  return (
    <Page title="Providers" lead="Where requests go.">
      {error !== null && <Problem error={error} onRetry={() => void list.refetch()} />}
      <Panel>
        {list.isPending && list.error === null && <Loading />}
        {list.data !== undefined && (
          <Table
            caption="Providers"
            columns={columns}
            rows={list.data.data}
            idOf={({ id }) => id ?? ''}
            empty="Set a provider's usual environment variable, or make one with gatewayctl providers set."
          />
        )}
      </Panel>
    </Page>
  );
}

function Health({ state }: { readonly state: ProviderState | undefined }) {
  if (state === undefined) return <span className="text-soft">no call yet</span>;
  const { word, tone } = healthOf(state);
  return (
    <span title={state.reason ?? ''}>
      <Badge tone={tone}>{word}</Badge>
    </span>
  );
}

function Actions({ provider }: { readonly provider: Provider }) {
  const id = provider.id ?? '';
  const mayWrite = useMay('operator');
  const queries = useQueryClient();
  const [isBusy, setBusy] = useState(false);
  const [tested, setTested] = useState<TestProviderResult | null>(null);
  const [error, setError] = useState<unknown>(null);
  if (!mayWrite) return null;
  const run = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setError(null);
    await work().catch(setError);
    setBusy(false);
  };
  const test = (): Promise<void> => run(async () => setTested(await ask(providersTest({ path: { id }, body: {} }))));
  const isActive = provider.status === 'active';
  const turn = (): Promise<void> =>
    run(async () => {
      await ask(providersUpdate({ path: { id }, body: { status: isActive ? 'draining' : 'active' } }));
      await queries.invalidateQueries({ queryKey: ['providers'] });
    });
  return (
    <div className="flex flex-col gap-1">
      <span className="flex flex-wrap gap-1">
        <Button disabled={isBusy} onClick={() => void test()}>
          Test call
        </Button>
        <Button disabled={isBusy} onClick={() => void turn()}>
          {isActive ? 'Drain' : 'Use again'}
        </Button>
      </span>
      <span role="status" className="text-xs">
        {tested !== null && toldBy(tested)}
      </span>
      {error !== null && <Problem error={error} />}
    </div>
  );
}

function toldBy({ ok, model, duration_ms, status, message }: TestProviderResult): string {
  if (ok === true) return `${model} answered in ${milliseconds(duration_ms ?? 0)}`;
  return `${status || 'No answer'}: ${message ?? ''}`;
}
