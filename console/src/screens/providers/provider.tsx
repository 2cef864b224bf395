import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { askVersioned, type Versioned } from '../../api/client.ts';
import { type Provider, type ProviderState, providersGet } from '../../api/gen/index.ts';
import { Asked } from '../../ui/asked.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Links } from '../../ui/links.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ResourceActions } from '../../ui/resource-actions.tsx';
import { Moment } from '../../ui/shown.tsx';
import { Table } from '../../ui/table.tsx';
import { textOf } from '../../ui/text-lists.ts';
import { Accounts } from './accounts.tsx';
import { ComparedModels } from './compared-models.tsx';
import { deploymentColumns, HealthBadge, speedColumns } from './deployment-columns.tsx';
import { providerKind } from './provider-kind.ts';
import { TurnProvider } from './turn-provider.tsx';
import { useHealth } from './use-health.ts';

/** One provider: what it is, how it does, its accounts, and its models. */
export default function ProviderScreen() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const question = useQuery({
    queryKey: ['providers', id],
    queryFn: ({ signal }) => askVersioned(providersGet({ path: { id }, signal })),
  });
  return <Asked question={question}>{(provider) => <Shown provider={provider} />}</Asked>;
}

function Shown({ provider }: { readonly provider: Versioned<Provider> }) {
  const id = provider.value.id ?? '';
  const navigate = useNavigate();
  const health = useHealth();
  const state = health.data?.providers?.find((each) => each.id === id);
  return (
    <Page
      title={id}
      lead="A provider"
      actions={
        <ResourceActions kind={providerKind} id={id} onDeleted={() => void navigate({ to: '/providers' })}>
          <TurnProvider provider={provider.value} />
        </ResourceActions>
      }
    >
      <Panel className="p-4">
        <ProviderFacts provider={provider.value} state={state} />
        <Links
          links={[
            ['Requests', '/requests', { provider: id }],
            ['Limits', '/limits', { subject_kind: 'provider', subject_id: id }],
            ['Models', '/models', { provider: id }],
          ]}
        />
      </Panel>
      <Panel title="Health">
        <Asked question={health}>
          {() => (
            <Table
              caption="Health by account and model"
              columns={[
                { title: 'Account', cell: ({ account }) => account || 'its own key' },
                ...deploymentColumns,
                ...speedColumns,
              ]}
              rows={state?.deployments ?? []}
              idOf={({ account, model }) => `${account} ${model}`}
              empty="No model of it was called yet."
            />
          )}
        </Asked>
      </Panel>
      <Accounts provider={provider} />
      <ComparedModels provider={provider.value} />
    </Page>
  );
}

interface ProviderFactsProps {
  readonly provider: Provider;
  readonly state: ProviderState | undefined;
}

function ProviderFacts({ provider, state }: ProviderFactsProps) {
  const { status, kind, base_url, preset, catalogue, region, priority, weight, formats, created_at } = provider;
  return (
    <Facts
      facts={[
        [
          'Status',
          <Badge key="status" tone={status === 'active' ? 'good' : 'warn'}>
            {status}
          </Badge>,
        ],
        ['Health', <HealthBadge key="health" state={state} />],
        ['Why', state?.reason],
        ['Running', state === undefined ? null : `${state.in_flight ?? 0}, and ${state.waiting ?? 0} wait`],
        ['Probed', state?.probed_at && <Moment key="probed" at={state.probed_at} />],
        ['Address', <code key="address">{base_url}</code>],
        ['Wire format', textOf(formats) || kind],
        ['Key', provider.api_key_ref ? <code key="key">{provider.api_key_ref}</code> : 'kept sealed, or none'],
        ['Preset', preset],
        ['Prices of', catalogue],
        ['Region', region],
        ['Priority', priority || null],
        ['Weight', weight || null],
        ['Comes from', provider.source],
        ['Created', <Moment key="created" at={created_at} />],
      ]}
    />
  );
}
