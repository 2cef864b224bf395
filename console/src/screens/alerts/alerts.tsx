import { Page } from '../../ui/page.tsx';
import { useView, Views } from '../../ui/views.tsx';
import { Channels } from './channels.tsx';
import { Raised } from './raised.tsx';
import { Rules } from './rules.tsx';

const views = [
  ['raised', 'Raised'],
  ['rules', 'Rules'],
  ['channels', 'Channels'],
] as const;

/** What the gateway tells of by itself: what fires, what is watched, and where it is sent. */
export default function Alerts() {
  const view = useView(views);
  return (
    <Page title="Alerts" lead="What the gateway tells of by itself. Each is an event in the log, and is sent once.">
      <Views label="What is shown" views={views} />
      {view === 'raised' && <Raised />}
      {view === 'rules' && <Rules />}
      {view === 'channels' && <Channels />}
    </Page>
  );
}
