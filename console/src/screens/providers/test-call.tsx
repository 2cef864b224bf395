import { ask } from '../../api/client.ts';
import { providersTest } from '../../api/gen/index.ts';
import { milliseconds } from '../../ui/format.ts';
import { Trial } from '../../ui/trial.tsx';
import { providerKind } from './provider-kind.ts';

/** Asks a provider for one token. `asked`: of which model; empty: of its cheapest. */
export function TestCall({ id, asked = '' }: { readonly id: string; readonly asked?: string }) {
  const test = async (): Promise<string> => {
    const body = asked === '' ? {} : { model: asked };
    const { ok, model, duration_ms, status, message } = await ask(providersTest({ path: { id }, body }));
    return ok === true
      ? `${model} answered in ${milliseconds(duration_ms ?? 0)}`
      : `${status || 'No answer'}: ${message ?? ''}`;
  };
  return <Trial label="Test call" name={`Test call to ${id}`} roles={providerKind.roles} run={test} />;
}
