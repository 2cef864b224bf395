import type { RequestLine } from '../../api/gen/index.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Facts } from '../../ui/facts.tsx';
import { count, milliseconds } from '../../ui/format.ts';
import { Moment, Usd } from '../../ui/shown.tsx';
import { Explanation } from './explanation.tsx';
import { Outcome } from './outcome.tsx';

/** One request: who, what, what became of it, and what it cost. */
export function RequestStory({ request, onClose }: { readonly request: RequestLine; readonly onClose: () => void }) {
  const id = request.id ?? '';
  return (
    <Dialog title={`Request ${id}`} onClose={onClose} shape="sheet">
      <Facts
        facts={[
          ['Outcome', <Outcome key="outcome" outcome={request.outcome} />],
          ['Error', request.error],
          ['Admitted', <Moment key="admitted" at={request.admitted_at} />],
          ['Ended', <Moment key="ended" at={request.ended_at} />],
        ]}
      />
      <Facts
        title="Who"
        facts={[
          ['User', request.user_id],
          ['Paid by', request.payer_id ? `${request.payer_kind} ${request.payer_id}` : 'the user'],
          ['Key', request.key_id],
          ['Session', request.session],
          ['Agent', request.agent],
          ['Tags', request.tags?.join(', ')],
        ]}
      />
      <Facts
        title="What"
        facts={[
          ['Model', request.model],
          ['Format', `${request.format ?? ''}${request.stream === true ? ', streamed' : ''}`],
          ['Route', request.route_id],
          ['Answered by', request.provider ? `${request.provider} / ${request.provider_model}` : ''],
          ['Attempts', count(request.attempts ?? 0)],
          ['First byte', milliseconds(request.first_byte_ms ?? 0)],
          ['Duration', milliseconds(request.duration_ms ?? 0)],
        ]}
      />
      <Facts
        title="Money"
        facts={[
          ['Input tokens', count(request.input_tokens ?? 0)],
          ['Output tokens', count(request.output_tokens ?? 0)],
          ['Held', <Usd key="held" amount={request.hold_usd} />],
          ['Charged', <Usd key="charged" amount={request.amount_usd} />],
          ['Estimated', request.estimated === true ? 'yes: the provider reported no usage' : 'no'],
        ]}
      />
      <Explanation id={id} />
    </Dialog>
  );
}
