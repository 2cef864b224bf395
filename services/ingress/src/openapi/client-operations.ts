import type { JsonSchema } from '#admin-api/json-schema.ts';
import { usageDimensionNames } from '#contracts/usage-dimensions.ts';
import type { Row } from './client-row.ts';
import { consoleRows } from './console-rows.ts';
import { conversationRows } from './conversation-rows.ts';
import { costEstimateRow } from './cost-estimate-row.ts';
import { docsFiles } from './docs-page.ts';
import { clientErrors, errorResponses } from './error-responses.ts';
import { modelListRows } from './model-list-rows.ts';
import { countRows, geminiRows, modelRows } from './model-rows.ts';
import { jsonAnswer, type Operation, parameter, plainText, requestBody } from './operation.ts';
import { responseRows } from './response-rows.ts';
import { openObject, text, whole } from './schemas.ts';

const day: JsonSchema = { type: 'string', format: 'date' };

const usageSums: JsonSchema = {
  requests: whole,
  input_tokens: whole,
  cached_input_tokens: whole,
  cache_write_tokens: whole,
  output_tokens: whole,
  reasoning_tokens: whole,
  units: { type: 'object', additionalProperties: whole },
  amount_usd: text,
  amount_nano_usd: text,
};

const usage: JsonSchema = {
  type: 'object',
  properties: {
    object: { const: 'usage' },
    from: day,
    to: day,
    totals: { type: 'object', properties: usageSums },
    data: { type: 'array', items: { type: 'object', properties: { day, model: text, ...usageSums } } },
    balance: openObject,
  },
};

/** What does not follow from the description of administration. */
const rows: readonly Row[] = [
  ...modelRows,
  ...countRows,
  ...geminiRows,
  costEstimateRow,
  ...modelListRows,
  ...responseRows,
  ...conversationRows,
  {
    operation: 'GET /v1/usage',
    id: 'get-usage',
    summary: "Shows what the key's user used and was charged, by day and model",
    tag: 'client API',
    parameters: [
      parameter('from', 'query', day, '29 days before `to` where it is left out.'),
      parameter('to', 'query', day, 'Today where it is left out.'),
      parameter('group_by', 'query', { enum: [...usageDimensionNames] }, 'Over all the days, the dearest first.'),
    ],
    answer: jsonAnswer('Usage, and the balance', usage),
  },
  ...(
    [
      ['/', 'get-pointer', 'Says where things are', jsonAnswer('Addresses', openObject)],
      ['/health', 'get-health', 'Says that the process lives', jsonAnswer('It does', openObject)],
      ['/health/ready', 'get-readiness', 'Says whether requests can be served', jsonAnswer('They can', openObject)],
      ['/health/stats', 'get-stats', 'Shows figures of every part', jsonAnswer('Figures', openObject)],
      ['/metrics', 'get-metrics', 'Shows metrics for Prometheus', plainText('Metrics')],
      ['/openapi.json', 'get-openapi', 'Shows this document', jsonAnswer('The document', openObject)],
    ] as const
  ).map(([path, id, summary, answer]): Row => ({ operation: `GET ${path}`, id, summary, tag: 'operation', answer })),
  ...consoleRows,
  ...docsFiles.map(
    ({ path, contentType }): Row => ({
      operation: `GET ${path}`,
      id: `get${path.replaceAll(/\W/g, '-')}`,
      summary: path === '/docs' ? 'Shows this document to people' : 'A file of the page at /docs',
      tag: 'operation',
      answer: plainText('The file', contentType.split(';')[0]),
    }),
  ),
];

/** The operations of the API that clients call, and of those who watch the gateway. */
export function clientOperations(): readonly Operation[] {
  return rows.map(({ operation, id, summary, tag, parameters, body, answer }) => {
    const [verb = '', path = ''] = operation.split(' ');
    const isForClients = tag === 'client API';
    return {
      verb: verb.toLowerCase(),
      path,
      document: {
        operationId: id,
        tags: [tag],
        summary,
        security: isForClients ? [{ apiKey: [] }] : [],
        ...(parameters === undefined ? {} : { parameters }),
        ...(body === undefined ? {} : { requestBody: requestBody(body) }),
        responses: { 200: answer, ...(isForClients ? errorResponses(clientErrors, 'error') : {}) },
      },
    };
  });
}
