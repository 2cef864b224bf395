import { installStandalone, type StandaloneInstallation } from '../../e2e/support/standalone.ts';
import { type ByteProvider, startByteProvider } from './byte-provider.ts';

/** What a stream begins with whose end is the end of its connection. */
export const STREAM_HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n';

/** A gateway with a provider that writes exact bytes: `gpt-4o` in OpenAI's form, `claude-sonnet-4-5` in Anthropic's. */
export interface ByteInstallation extends AsyncDisposable {
  readonly provider: ByteProvider;
  readonly installation: StandaloneInstallation;
}

export async function installWithBytes(): Promise<ByteInstallation> {
  await using undo = new AsyncDisposableStack();
  const provider = undo.use(await startByteProvider(() => undefined));
  const { baseUrl } = provider;
  const installation = undo.use(
    await installStandalone({
      providers: [
        { name: 'bytes', baseUrl, models: ['gpt-4o'] },
        { name: 'claude', kind: 'anthropic', catalogue: 'anthropic', baseUrl, models: ['claude-sonnet-4-5'] },
      ],
    }),
  );
  const installed = undo.move();
  return { provider, installation, [Symbol.asyncDispose]: () => installed.disposeAsync() };
}
