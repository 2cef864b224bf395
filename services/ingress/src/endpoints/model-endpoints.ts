import type { FrontFormatName } from '#ai/format.ts';
import { formatTable } from '#ai/formats/format-table.ts';
import { bodyBounds } from '../http/body-bounds.ts';
import type { ModelEndpoint } from './model-endpoint.ts';

/** What differs between the paths at which a model is asked for something. */
interface EndpointRow {
  readonly path: string;
  readonly format: FrontFormatName;
  /** The fields and items that a body may have; absent: as every body. */
  readonly valuesMax?: number;
  /** What a stream's client is sent in a silence: something that it skips. Absent: a comment. */
  readonly keepAlive?: string;
  /** Its answers are kept for clients that want to go on from them. */
  readonly keepsTurns?: boolean;
  readonly compacts?: boolean;
}

/** A comment of server-sent events. Every reader of them skips it. */
const COMMENT = ': \n\n';

/** OpenAI takes 300,000 tokens in a request for embeddings. They may come as numbers, which take some 60 ms to parse. */
const TOKEN_VALUES_MAX = 320_000;

const responsesRow: EndpointRow = { path: '/v1/responses', format: 'openai-responses', keepsTurns: true };

const rows: readonly EndpointRow[] = [
  { path: '/v1/chat/completions', format: 'openai-chat' },
  { path: '/v1/completions', format: 'openai-completions', valuesMax: TOKEN_VALUES_MAX },
  { path: '/v1/embeddings', format: 'openai-embeddings', valuesMax: TOKEN_VALUES_MAX },
  responsesRow,
  { path: '/v1/responses/compact', format: 'openai-compact', compacts: true },
  // Anthropic's SDKs take a stream without any event for one that hangs.
  { path: '/v1/messages', format: 'anthropic-messages', keepAlive: 'event: ping\ndata: {"type": "ping"}\n\n' },
];

/** Every endpoint at which a model is asked for something. */
export const modelEndpoints: readonly ModelEndpoint[] = rows.map(endpointOf);

export const responsesEndpoint: ModelEndpoint = endpointOf(responsesRow);

function endpointOf(row: EndpointRow): ModelEndpoint {
  const { path, format, valuesMax, keepAlive = COMMENT, keepsTurns = false, compacts = false } = row;
  const bounds = valuesMax === undefined ? bodyBounds : { ...bodyBounds, values: valuesMax };
  return { path, format: formatTable[format], bounds, keepAlive, keepsTurns, compacts };
}
