import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import {
  type ExplainMyRequestResult,
  type MyExplainedLine,
  type MyRequestLine,
  meExplain,
} from '../../api/gen/index.ts';
import { Asked } from '../../ui/asked.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Facts } from '../../ui/facts.tsx';
import { count, milliseconds } from '../../ui/format.ts';
import { Moment, Usd } from '../../ui/shown.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Titled } from '../../ui/titled.tsx';
import { Outcome } from '../requests/outcome.tsx';
import { proofColumns } from '../requests/proof-columns.tsx';

const LIVE_MS = 2_000;

/** One request of a holder's: what it was, what became of it, what each unit of it cost, and the proof. */
export function MyRequestStory({
  request,
  onClose,
}: {
  readonly request: MyRequestLine;
  readonly onClose: () => void;
}) {
  const id = request.id ?? '';
  const question = useQuery({
    queryKey: ['my-explanation', id],
    queryFn: ({ signal }) => ask(meExplain({ path: { id }, signal })),
    refetchInterval: ({ state }) => (['running', 'metered'].includes(state.data?.state ?? '') ? LIVE_MS : false),
  });
  return (
    <Dialog title={`Request ${id}`} onClose={onClose} shape="sheet">
      <Facts
        facts={[
          ['Outcome', <Outcome key="outcome" outcome={request.outcome} />],
          ['Admitted', <Moment key="admitted" at={request.admitted_at} />],
          ['Ended', <Moment key="ended" at={request.ended_at} />],
        ]}
      />
      <Facts
        title="What"
        facts={[
          ['Model', request.model],
          ['Format', `${request.format ?? ''}${request.stream === true ? ', streamed' : ''}`],
          ['Key', request.key_id],
          ['Session', request.session],
          ['Agent', request.agent],
          ['Tags', request.tags?.join(', ')],
          ['First byte', milliseconds(request.first_byte_ms ?? 0)],
          ['Duration', milliseconds(request.duration_ms ?? 0)],
        ]}
      />
      <Asked question={question}>{(story) => <Told story={story} />}</Asked>
    </Dialog>
  );
}

function Told({ story }: { readonly story: ExplainMyRequestResult }) {
  const { lines = [], proof = [] } = story;
  return (
    <>
      <Titled title="Money">
        <Table
          caption="What each unit cost"
          columns={lineColumns}
          rows={lines}
          idOf={({ unit }) => unit ?? ''}
          empty="Nothing is charged."
        />
        <Facts
          facts={[
            ['Paid by', story.payer_kind === 'user' ? 'you' : `your ${story.payer_kind ?? ''}`],
            ['Held', <Usd key="held" amount={story.hold_usd} />],
            ['Charged', <Usd key="charged" amount={story.amount_usd} />],
            ['Before rounding', story.exact_nano_usd && `${story.exact_nano_usd} nano-USD`],
            ['Given back', <Usd key="back" amount={story.released_usd} />],
            ['Estimated', story.estimated === true ? 'yes: the provider reported no usage' : 'no'],
          ]}
        />
      </Titled>
      <Titled title="Proof">
        <p className="text-soft">Each event's hash is computed anew from its bytes and the chain before it.</p>
        <Table
          caption="Events of the request"
          columns={proofColumns}
          rows={proof}
          idOf={({ event_id }) => event_id ?? ''}
          empty=""
        />
      </Titled>
    </>
  );
}

const lineColumns: readonly Column<MyExplainedLine>[] = [
  { title: 'Unit', cell: ({ unit }) => unit },
  { title: 'Quantity', cell: ({ quantity }) => count(quantity ?? 0), isNumber: true },
  { title: 'USD a million', cell: ({ usd_per_million }) => usd_per_million, isNumber: true },
];
