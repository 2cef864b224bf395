import { formatTable } from '#ai/formats/format-table.ts';
import { newId } from '#kernel/ids.ts';
import { type ModelListPage, readModelList } from '../domain/read-model-list.ts';
import { adviceOfFault, adviceOfStatus } from '../domain/test-advice.ts';
import { CallFault, type Provider, type ProviderCall } from '../ports.ts';
import type { ProviderPool } from '../provider-pool.ts';

/** The whole list, all pages of it: less than those who asked wait for the router. */
const LIST_TIMEOUT_MS = 20_000;
/** OpenRouter's list of some 500 models, with a page of text for each, takes 1 MB. */
const PAGE_MAX_BYTES = 4 * 1024 * 1024;
/** A thousand models a page at Anthropic. More pages than these are a list that leads in a circle. */
const PAGES_MAX = 20;
/** Portals have a thousand or two, and the comparison of all of them must fit a message. */
const MODELS_MAX = 5_000;
/** As many as the provider gives at a time; its default is 20. */
const ANTHROPIC_PAGE = { limit: '1000' };

export interface UpstreamModels {
  readonly models: readonly string[];
  /** Why the list could not be read, and what to do; empty: it could. The models are then none. */
  readonly problem: string;
}

/** The models that a provider itself lists for its key (of several accounts: the first one's). Nothing is changed or charged. */
export async function listUpstreamModels(
  providers: Pick<ProviderPool, 'get'>,
  providerId: string,
): Promise<UpstreamModels> {
  const pooled = providers.get(providerId);
  if (pooled === undefined) return failed('There is no such provider, or it is disabled: set its status to active.');
  if (pooled.kind === 'draining') return failed('The provider is being drained: set its status to active.');
  if (pooled.kind === 'down') return failed(`The provider is down: ${pooled.reason}.`);
  const { provider } = pooled;
  const deadline = AbortSignal.timeout(LIST_TIMEOUT_MS);
  const models = new Set<string>();
  try {
    let query: Readonly<Record<string, string>> | null = {};
    for (let pages = 0; query !== null; pages++) {
      if (pages === PAGES_MAX) return failed(`The list has no end: ${PAGES_MAX} pages were read.`);
      const page = await readPage(provider, query, deadline);
      for (const model of page.models) models.add(model);
      if (models.size > MODELS_MAX) return failed(`The list has more than ${MODELS_MAX} models.`);
      query = page.next;
    }
    return { models: [...models], problem: '' };
  } catch (thrown) {
    if (thrown instanceof NoList) return failed(thrown.message);
    if (thrown instanceof CallFault) {
      return failed(deadline.aborted ? adviceOfFault('timeout', '') : adviceOfFault(thrown.reason, thrown.code));
    }
    throw thrown;
  }
}

/** A provider answered with something else than its list. */
class NoList extends Error {
  override readonly name = 'NoList';
}

function failed(problem: string): UpstreamModels {
  return { models: [], problem };
}

async function readPage(
  provider: Provider,
  query: Readonly<Record<string, string>>,
  deadline: AbortSignal,
): Promise<ModelListPage> {
  const { path, headers } = modelListRequest(provider, query);
  const call = provider.call({
    method: 'GET',
    path,
    headers,
    body: Buffer.alloc(0),
    requestId: newId(),
    isStream: false,
  });
  const abort = (): void => call.abort();
  deadline.addEventListener('abort', abort);
  if (deadline.aborted) abort();
  try {
    const { status } = await call.head;
    if (status === 404 || status === 405)
      throw new NoList(`HTTP ${status}. The provider has no list of models there: check base_url.`);
    if (status < 200 || status > 299) throw new NoList(adviceOfStatus(status));
    const page = readModelList(await readDocument(call));
    if (page === null)
      throw new NoList('The answer is no list of models: check base_url, and the kind of the provider.');
    return page;
  } finally {
    deadline.removeEventListener('abort', abort);
    call.discard();
  }
}

/** Where a provider lists its models: beside the path of its best format. */
export function modelListRequest({ config: { spoken } }: Provider, query: Readonly<Record<string, string>>) {
  const [format = 'openai-chat'] = spoken.formats;
  const base = spoken.basePathOf(format);
  const headers = formatTable[format].client.headers({}, spoken.rules);
  if (format !== 'anthropic-messages') return { path: `${base}/models${queryText(query)}`, headers };
  const version = base.endsWith('/v1') ? base : `${base}/v1`;
  return { path: `${version}/models${queryText({ ...ANTHROPIC_PAGE, ...query })}`, headers };
}

function queryText(query: Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(query).toString();
  return text === '' ? '' : `?${text}`;
}

async function readDocument(call: ProviderCall): Promise<string> {
  const read: Buffer[] = [];
  let bytesRead = 0;
  while (true) {
    const bytes = await call.read();
    if (bytes === null) return Buffer.concat(read).toString();
    bytesRead += bytes.length;
    if (bytesRead > PAGE_MAX_BYTES) {
      call.abort();
      throw new NoList(`The list is longer than ${PAGE_MAX_BYTES} bytes.`);
    }
    read.push(bytes);
  }
}
