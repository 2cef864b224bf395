import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import { type ExplainRouteResult, type RoutesExplainData, routesExplain } from '../../api/gen/index.ts';
import { Facts } from '../../ui/facts.tsx';
import { Filters } from '../../ui/filters.tsx';
import { Panel } from '../../ui/panel.tsx';
import { useSearchState } from '../../ui/search-state.ts';
import { Empty, Loading, Problem } from '../../ui/states.tsx';
import { listIn } from '../../ui/text-lists.ts';
import { CandidateTable } from './candidate-table.tsx';

const filters = [
  { name: 'model', label: 'Model' },
  { name: 'user_id', label: 'User id' },
  { name: 'key_id', label: 'Key id' },
  { name: 'tags', label: 'Tags' },
  { name: 'prompt_tokens', label: 'Prompt tokens' },
  { name: 'capability', label: 'Needs', options: ['tools', 'structured_output', 'reasoning', 'web_search'] },
  { name: 'modality', label: 'Holds', options: ['image', 'audio', 'video', 'file'] },
  { name: 'region', label: 'Region' },
];

/** What a request would get now: nothing is sent to a provider. */
export function ExplainRoute() {
  const [search] = useSearchState();
  const body = requestOf(search);
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['route-explanation', body],
    queryFn: ({ signal }) => ask(routesExplain({ body, signal })),
    enabled: body.model !== '',
    staleTime: 0,
  });
  return (
    <>
      <Filters filters={filters} />
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {body.model === '' && (
        <Panel>
          <Empty title="Name a model">
            Then you see where a request for it would go now, and why. Nothing is sent.
          </Empty>
        </Panel>
      )}
      {isFetching && data === undefined && <Loading />}
      {data !== undefined && error === null && <Explanation explained={data} />}
    </>
  );
}

function Explanation({ explained }: { readonly explained: ExplainRouteResult }) {
  const { looked_at = [], candidates = [], left_out = [] } = explained;
  return (
    <div className="flex flex-col gap-4">
      <Panel title="Route">
        <div className="p-4">
          <Facts facts={factsOf(explained)} />
        </div>
      </Panel>
      <Panel title="Candidates, in the order in which they are tried">
        <CandidateTable caption="Candidates" candidates={candidates} empty="The request goes nowhere." isNumbered />
      </Panel>
      {left_out.length > 0 && (
        <Panel title="Left out">
          <CandidateTable caption="Left out" candidates={left_out} empty="" />
        </Panel>
      )}
      {looked_at.length > 0 && (
        <Panel title="Routes that were looked at">
          <ol className="flex list-decimal flex-col gap-1 py-3 pr-4 pl-10">
            {looked_at.map(({ route_id: id, mismatch }) => (
              <li key={id}>
                {id}: {mismatch ? <span className="text-soft">does not fit by {mismatch}</span> : <b>fits</b>}
              </li>
            ))}
          </ol>
        </Panel>
      )}
    </div>
  );
}

function factsOf({ route_id, strategy, strategy_source, shadow, note }: ExplainRouteResult) {
  return [
    ['Route', route_id || 'none fits: the model says where it goes'],
    ['Strategy', strategy && `${strategy}${strategy_source ? `, of the ${strategy_source}` : ''}`],
    ['Shadow', shadow && `${shadow.provider} / ${shadow.model}`],
    ['Note', note],
  ] as const;
}

type Asked = RoutesExplainData['body'];

function requestOf(search: Readonly<Record<string, string | undefined>>): Asked {
  const { model = '', user_id, key_id, tags = '', prompt_tokens, capability, modality, region } = search;
  const names = listIn(tags);
  return {
    model,
    ...(user_id && { user_id }),
    ...(key_id && { key_id }),
    ...(names.length > 0 && { tags: names }),
    ...(prompt_tokens && { prompt_tokens: Number(prompt_tokens) }),
    ...(capability && { capabilities: [capability] as NonNullable<Asked['capabilities']> }),
    ...(modality && { modalities: [modality] as NonNullable<Asked['modalities']> }),
    ...(region && { headers: { 'x-gateway-region': region } }),
  };
}
