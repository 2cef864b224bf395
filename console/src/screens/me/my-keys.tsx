import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import {
  type ApiKey,
  type GetMeResult,
  meApiKeys,
  mePauseKey,
  meResumeKey,
  meRevokeKey,
  meRotateKey,
} from '../../api/gen/index.ts';
import { Asked } from '../../ui/asked.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { KeyActions } from '../keys/key-actions.tsx';
import { keyNameColumns, keyTimeColumns } from '../keys/key-columns.tsx';
import { useMe } from './use-me.ts';

const operations = { pause: mePauseKey, resume: meResumeKey, revoke: meRevokeKey, rotate: meRotateKey };

/** A holder's keys. Who signed in with a key changes that one alone. */
export default function MyKeys() {
  const me = useMe();
  const keys = useQuery({ queryKey: ['my-keys'], queryFn: ({ signal }) => ask(meApiKeys({ signal })) });
  const keyId = me.data?.key_id ?? '';
  const actions: Column<ApiKey> = {
    title: 'Actions',
    cell: (key) => <KeyActions apiKey={key} operations={operations} isAllowed={mayChange(me.data, key)} />,
  };
  return (
    <Page
      title="API keys"
      lead={
        keyId === ''
          ? 'What your programs call the gateway with. A new secret is shown once.'
          : 'You signed in with a key, so you can change that one alone. A sign-in link or your account lets you change the others.'
      }
    >
      <Panel>
        <Asked question={keys}>
          {({ data }) => (
            <Table
              caption="API keys"
              columns={[...keyNameColumns, ...keyTimeColumns, actions]}
              rows={data}
              idOf={({ id }) => id ?? ''}
              empty="You have none. Ask who administers the gateway for one."
            />
          )}
        </Asked>
      </Panel>
    </Page>
  );
}

function mayChange(me: GetMeResult | undefined, { id }: ApiKey): boolean {
  return me !== undefined && (!me.key_id || me.key_id === id);
}
