import { type Provider, providersGet, providersUpdate } from '../../api/gen/index.ts';
import { Turn } from '../../ui/turn.tsx';
import { providerKind } from './provider-kind.ts';

/** Lets a provider's running requests end and sends it no more, or sends it some again. */
export function TurnProvider({ provider: { id, status } }: { readonly provider: Pick<Provider, 'id' | 'status'> }) {
  const isActive = status === 'active';
  return (
    <Turn
      label={isActive ? 'Drain' : 'Use again'}
      id={id ?? ''}
      from={status}
      to={isActive ? 'draining' : 'active'}
      get={(asked) => providersGet(asked)}
      update={(asked) => providersUpdate(asked)}
      roles={providerKind.roles}
      reads={providerKind.reads}
    />
  );
}
