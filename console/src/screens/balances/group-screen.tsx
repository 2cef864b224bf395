import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { type Answered, ask, askVersioned } from '../../api/client.ts';
import type { Balance } from '../../api/gen/index.ts';
import { Asked } from '../../ui/asked.tsx';
import { Badge } from '../../ui/badge.tsx';
import { changesOf } from '../../ui/changes.ts';
import { type Fact, Facts } from '../../ui/facts.tsx';
import type { Input, Values } from '../../ui/form-dialog.tsx';
import { Links } from '../../ui/links.tsx';
import { UnderChangeContext } from '../../ui/overtaken.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Moment } from '../../ui/shown.tsx';
import { listIn, textOf } from '../../ui/text-lists.ts';
import { putBack } from '../../ui/undo/put-back.ts';
import { offerUndo } from '../../ui/undo/undo-offers.ts';
import { balanceFacts } from './balance-facts.tsx';
import { GroupActions } from './group-actions.tsx';
import { Ledger } from './ledger.tsx';
import type { Payer } from './payer.ts';

/** What teams and organisations share. */
export interface Group {
  readonly id?: string | null;
  readonly name?: string | null;
  readonly status?: string | null;
  readonly tags?: readonly string[];
  readonly balance?: Balance | null;
  readonly created_at?: string | null;
}

interface OfOne {
  readonly path: { readonly id: string };
}

interface GroupScreenProps<T extends Group> {
  readonly collection: Exclude<Payer['collection'], 'users'>;
  /** As people call one: "team". */
  readonly what: string;
  readonly inputs: readonly Input[];
  /** What the form begins with, beside name and tags. */
  readonly initialOf: (group: T) => Values;
  /** What only this kind of group has. */
  readonly factsOf: (group: T) => readonly Fact[];
  readonly get: (asked: OfOne & { readonly signal?: AbortSignal }) => Promise<Answered<T>>;
  readonly update: (
    asked: OfOne & { readonly body: never; readonly headers: { readonly 'If-Match': string } },
  ) => Promise<Answered<T>>;
  readonly remove: (asked: OfOne) => Promise<Answered<unknown>>;
  /** Screens that show what belongs to it, with their filters. */
  readonly linksOf: (id: string) => readonly (readonly [title: string, to: string, search: object])[];
  readonly children: (id: string) => ReactNode;
}

/** A group of people, its money, and what they do. */
export function GroupScreen<T extends Group>(props: GroupScreenProps<T>) {
  const { collection, what, inputs, initialOf, factsOf, get, update, remove, linksOf, children } = props;
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const question = useQuery({
    queryKey: [collection, id],
    queryFn: ({ signal }) => askVersioned(get({ path: { id }, signal })),
  });
  return (
    <Asked question={question}>
      {({ value: group, etag }) => {
        const name = group.name ?? id;
        const isActive = group.status === 'active';
        const initial = { name, tags: textOf(group.tags), ...initialOf(group) };
        const change = async (body: object): Promise<void> => {
          const after = await ask(update({ path: { id }, body: body as never, headers: { 'If-Match': etag } }));
          offerUndo(`${name} is changed`, () =>
            putBack({
              read: () => askVersioned(get({ path: { id } })),
              update: (fields, headers) => update({ path: { id }, body: fields, headers }),
              before: group,
              ...{ after, names: Object.keys(body) },
            }),
          );
        };
        const edit = (values: Values) => {
          const { tags, ...changed } = changesOf(initial, values);
          return change({ ...changed, ...(tags === undefined ? {} : { tags: listIn(tags ?? '') }) });
        };
        return (
          <Page
            title={name}
            lead={`${what === 'organisation' ? 'An' : 'A'} ${what}`}
            actions={
              <UnderChangeContext value={{ value: group, isGone: question.error !== null, refetch: question.refetch }}>
                <GroupActions
                  {...{ collection, id, title: what, name, isActive, inputs, initial }}
                  onEdit={edit}
                  onTurn={() => change({ status: isActive ? 'suspended' : 'active' })}
                  onDelete={() => ask(remove({ path: { id } }))}
                />
              </UnderChangeContext>
            }
          >
            <Panel className="p-4">
              <Facts facts={factsOfGroup(id, group, factsOf(group))} />
              <Links links={linksOf(id)} />
            </Panel>
            {children(id)}
            <Ledger collection={collection} id={id} />
          </Page>
        );
      }}
    </Asked>
  );
}

function factsOfGroup(id: string, group: Group, own: readonly Fact[]): readonly Fact[] {
  return [
    ['Id', <code key="id">{id}</code>],
    [
      'Status',
      <Badge key="status" tone={group.status === 'active' ? 'good' : 'bad'}>
        {group.status}
      </Badge>,
    ],
    ...balanceFacts(group.balance),
    ...own,
    ['Tags', textOf(group.tags)],
    ['Created', <Moment key="created" at={group.created_at} />],
  ];
}
