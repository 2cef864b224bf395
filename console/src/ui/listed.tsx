import type { ReactNode } from 'react';
import { Asked, type Question } from './asked.tsx';
import { Pager } from './pager.tsx';
import { Panel } from './panel.tsx';
import { type Column, Table } from './table.tsx';
import type { PageOf } from './use-page.ts';

interface ListedProps<Row> {
  readonly question: Question<PageOf<Row>>;
  /** What the list is of, for those who hear it. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  /** A row's own name among them; absent: its id. */
  readonly idOf?: (row: Row) => string;
  readonly onOpen?: ((row: Row) => void) | undefined;
  /** What to do where it is empty. */
  readonly empty: ReactNode;
  /** Where its page stands in the URL, on a screen with several lists. */
  readonly page?: string;
  /** Of its box; absent: the screen's heading says it. */
  readonly title?: string;
  readonly actions?: ReactNode;
}

/** A page of a list in a box of its own, with the way to the next. */
export function Listed<Row extends object>(props: ListedProps<Row>) {
  const { question, caption, columns, idOf = ownId, onOpen, empty, page, title, actions } = props;
  return (
    <Panel title={title} actions={actions}>
      <Asked question={question}>
        {({ data, last_id, has_more }) => (
          <>
            <Table {...{ caption, columns, idOf, onOpen, empty }} rows={data} />
            <Pager lastId={last_id} hasMore={has_more} {...(page === undefined ? {} : { name: page })} />
          </>
        )}
      </Asked>
    </Panel>
  );
}

function ownId(row: object): string {
  return String((row as { readonly id?: string | number | null }).id ?? '');
}
