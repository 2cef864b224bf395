import { Opens } from '../../ui/opens.tsx';
import { Page } from '../../ui/page.tsx';
import { ResourceForm } from '../../ui/resource-form.tsx';
import { useView, Views } from '../../ui/views.tsx';
import { aliasKind } from './alias-kind.ts';
import { Aliases } from './aliases.tsx';
import { DefinedModels } from './defined-models.tsx';
import { modelKind } from './model-kind.ts';
import { OfferedModels } from './offered-models.tsx';

const views = [
  ['offered', 'Offered'],
  ['models', 'Definitions'],
  ['aliases', 'Aliases'],
] as const;

/** The names that clients may use, and what says where they go. */
export default function Models() {
  const view = useView(views);
  return (
    <Page
      title="Models"
      lead="The names that clients may use, where each goes, and whether it has a price."
      actions={
        <>
          <Opens label="New alias" roles={aliasKind.roles}>
            {(close) => <ResourceForm kind={aliasKind} onClose={close} />}
          </Opens>
          <Opens label="New model" look="primary" roles={modelKind.roles}>
            {(close) => <ResourceForm kind={modelKind} onClose={close} />}
          </Opens>
        </>
      }
    >
      <Views label="What is listed" views={views} />
      {view === 'offered' && <OfferedModels />}
      {view === 'models' && <DefinedModels />}
      {view === 'aliases' && <Aliases />}
    </Page>
  );
}
