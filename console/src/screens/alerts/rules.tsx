import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import {
  type AlertRule,
  alertChannelsList,
  alertRulesGet,
  alertRulesList,
  alertRulesUpdate,
} from '../../api/gen/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { Choose } from '../../ui/choose.tsx';
import { Listed } from '../../ui/listed.tsx';
import { Opens } from '../../ui/opens.tsx';
import { ResourceActions } from '../../ui/resource-actions.tsx';
import { ResourceForm } from '../../ui/resource-form.tsx';
import type { Column } from '../../ui/table.tsx';
import { textOf } from '../../ui/text-lists.ts';
import { Turn } from '../../ui/turn.tsx';
import { usePage } from '../../ui/use-page.ts';
import { onOff } from './channels.tsx';
import { ruleKind } from './rule-kind.ts';
import { watches, watchNames, watchOf } from './watches.ts';

const filters = [
  { name: 'watches', label: 'Watches', options: watchNames },
  { name: 'status', label: 'Status', options: ['active', 'disabled'] },
];

/** A rule has at most 20 of them. */
const CHANNELS_MAX = 1_000;

/** What is watched, and from when on it is told of. */
export function Rules() {
  const question = usePage(['alert-rules'], (asked) => alertRulesList(asked));
  const channels = useChannelNames();
  const columns: readonly Column<AlertRule>[] = [
    { title: 'Rule', cell: ({ id }) => <span className="break-words">{id}</span> },
    { title: 'Watches', cell: ({ watches: what }) => watchOf(what)?.title ?? what },
    { title: 'From', cell: (rule) => thresholdsOf(rule), isMinor: true },
    {
      title: 'Sent to',
      cell: (rule) => textOf(rule.channels) || <span className="text-soft">nobody</span>,
      isMinor: true,
    },
    {
      title: 'Status',
      cell: ({ status }) => <Badge tone={status === 'disabled' ? 'warn' : 'good'}>{onOff(status)}</Badge>,
    },
    { title: 'Actions', cell: (rule) => <Actions rule={rule} channels={channels} /> },
  ];
  return (
    <Listed
      title="Rules"
      caption="Rules"
      actions={
        <Opens label="New rule" roles={['operator']}>
          {(onClose) => (
            <Choose title="New rule: what is watched" choices={watches} onClose={onClose}>
              {(watched) => <ResourceForm kind={ruleKind(watched, channels)} onClose={onClose} />}
            </Choose>
          )}
        </Opens>
      }
      empty="Nothing is watched yet. Begin with limits that are used up, and balances that are low."
      {...{ question, filters, columns }}
    />
  );
}

function useChannelNames(): readonly string[] {
  const { data } = useQuery({
    queryKey: ['alert-channels', 'offered'],
    queryFn: ({ signal }) => ask(alertChannelsList({ query: { limit: CHANNELS_MAX }, signal })),
  });
  return (data?.data ?? []).map(({ id }) => id ?? '');
}

interface ActionsProps {
  readonly rule: AlertRule;
  readonly channels: readonly string[];
}

function Actions({ rule: { id: named, watches: watched, status }, channels }: ActionsProps) {
  const id = named ?? '';
  const of = ruleKind(watched ?? 'limit_used', channels);
  const isOn = status !== 'disabled';
  return (
    <ResourceActions kind={of} id={id}>
      <Turn
        label={isOn ? 'Turn off' : 'Turn on'}
        from={status}
        to={isOn ? 'disabled' : 'active'}
        get={(asked) => alertRulesGet(asked)}
        update={(asked) => alertRulesUpdate(asked)}
        {...{ id, roles: of.roles, reads: of.reads }}
      />
    </ResourceActions>
  );
}

/** Its thresholds in the words of the form; what is not said has its usual value. */
function thresholdsOf(rule: AlertRule): string {
  const fields = rule as Readonly<Record<string, unknown>>;
  const told = (watchOf(rule.watches)?.thresholds ?? []).map(({ name, label, usual }) => {
    const value = fields[name];
    const said = Array.isArray(value) ? value.join(', ') : String(value || '');
    return said || usual ? `${label}: ${said || usual}` : '';
  });
  return told.filter((each) => each !== '').join('; ');
}
