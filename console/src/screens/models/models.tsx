import { useState } from 'react';
import { useMay } from '../../session/session.tsx';
import { Button } from '../../ui/button.tsx';
import { Page } from '../../ui/page.tsx';
import { useView, Views } from '../../ui/views.tsx';
import { AliasForm } from './alias-form.tsx';
import { Aliases } from './aliases.tsx';
import { DefinedModels } from './defined-models.tsx';
import { ModelForm } from './model-form.tsx';
import { OfferedModels } from './offered-models.tsx';

const views = [
  ['offered', 'Offered'],
  ['models', 'Definitions'],
  ['aliases', 'Aliases'],
] as const;

/** The names that clients may use, and what says where they go. */
export default function Models() {
  const view = useView(views);
  const mayWrite = useMay('operator');
  const [made, setMade] = useState<'model' | 'alias' | null>(null);
  const close = (): void => setMade(null);
  return (
    <Page
      title="Models"
      lead="The names that clients may use, where each goes, and whether it has a price."
      actions={
        mayWrite && (
          <>
            <Button onClick={() => setMade('alias')}>New alias</Button>
            <Button look="primary" onClick={() => setMade('model')}>
              New model
            </Button>
          </>
        )
      }
    >
      <Views label="What is listed" views={views} />
      {view === 'offered' && <OfferedModels />}
      {view === 'models' && <DefinedModels />}
      {view === 'aliases' && <Aliases />}
      {made === 'model' && <ModelForm model={undefined} onClose={close} />}
      {made === 'alias' && <AliasForm alias={undefined} onClose={close} />}
    </Page>
  );
}
