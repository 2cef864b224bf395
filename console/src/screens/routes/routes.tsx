import { useMay } from '../../session/session.tsx';
import { Opens } from '../../ui/opens.tsx';
import { Page } from '../../ui/page.tsx';
import { ResourceForm } from '../../ui/resource-form.tsx';
import { useView, Views } from '../../ui/views.tsx';
import { ExplainRoute } from './explain-route.tsx';
import { routeKind } from './route-kind.ts';
import { RouteList } from './route-list.tsx';

const list = [['list', 'In order']] as const;
const explained = [...list, ['explain', 'What a request would get']] as const;

/** Where requests go, beside what models say. */
export default function Routes() {
  const mayExplain = useMay('operator', 'auditor');
  const views = mayExplain ? explained : list;
  const view = useView(views);
  return (
    <Page
      title="Routes"
      lead="They are looked at from the top. The first that fits a request says where it goes."
      actions={
        <Opens label="New route" look="primary" roles={routeKind.roles}>
          {(close) => <ResourceForm kind={routeKind} onClose={close} />}
        </Opens>
      }
    >
      <Views label="What is shown" views={views} />
      {view === 'list' ? <RouteList /> : <ExplainRoute />}
    </Page>
  );
}
