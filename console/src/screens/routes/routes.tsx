import { useState } from 'react';
import { useMay } from '../../session/session.tsx';
import { Button } from '../../ui/button.tsx';
import { Page } from '../../ui/page.tsx';
import { useView, Views } from '../../ui/views.tsx';
import { ExplainRoute } from './explain-route.tsx';
import { RouteForm } from './route-form.tsx';
import { RouteList } from './route-list.tsx';

const list = [['list', 'In order']] as const;
const explained = [...list, ['explain', 'What a request would get']] as const;

/** Where requests go, beside what models say. */
export default function Routes() {
  const mayWrite = useMay('operator');
  const mayExplain = useMay('operator', 'auditor');
  const views = mayExplain ? explained : list;
  const view = useView(views);
  const [isCreating, setCreating] = useState(false);
  return (
    <Page
      title="Routes"
      lead="They are looked at from the top. The first that fits a request says where it goes."
      actions={
        mayWrite && (
          <Button look="primary" onClick={() => setCreating(true)}>
            New route
          </Button>
        )
      }
    >
      <Views label="What is shown" views={views} />
      {view === 'list' ? <RouteList /> : <ExplainRoute />}
      {isCreating && <RouteForm route={undefined} onClose={() => setCreating(false)} />}
    </Page>
  );
}
