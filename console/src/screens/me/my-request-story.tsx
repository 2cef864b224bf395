import type { MyRequestLine } from '../../api/gen/index.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Facts } from '../../ui/facts.tsx';
import { count, milliseconds } from '../../ui/format.ts';
import { Moment, Usd } from '../../ui/shown.tsx';
import { Outcome } from '../requests/outcome.tsx';

/** One request of a holder's: what it was, what became of it, and what it cost. */
export function MyRequestStory({
  request,
  onClose,
}: {
  readonly request: MyRequestLine;
  readonly onClose: () => void;
}) {
  return (
    <Dialog title={`Request ${request.id ?? ''}`} onClose={onClose} shape="sheet">
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
      <Facts
        title="Money"
        facts={[
          ['Paid by', request.payer_kind === 'user' ? 'you' : `your ${request.payer_kind ?? ''}`],
          ['Input tokens', count(request.input_tokens ?? 0)],
          ['Output tokens', count(request.output_tokens ?? 0)],
          ['Held', <Usd key="held" amount={request.hold_usd} />],
          ['Charged', <Usd key="charged" amount={request.amount_usd} />],
          ['Estimated', request.estimated === true ? 'yes: the provider reported no usage' : 'no'],
        ]}
      />
    </Dialog>
  );
}
