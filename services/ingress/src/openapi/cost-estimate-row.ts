import { COST_ESTIMATE_PATH, estimatedFormats } from '../endpoints/cost-estimate.ts';
import { modelEndpoints } from '../endpoints/model-endpoints.ts';
import type { Row } from './client-row.ts';
import { jsonAnswer } from './operation.ts';
import { arrayOf, object, text, whole } from './schemas.ts';

/** What a request would cost. */
export const costEstimateRow: Row = {
  operation: `POST ${COST_ESTIMATE_PATH}`,
  id: 'estimate-cost',
  summary: 'Prices a request before it runs, for nothing',
  tag: 'client API',
  body: {
    description:
      'The body of the request, and beside it where it would be sent: `endpoint` or `format`; /v1/chat/completions by default. ' +
      "Of Google's calls `endpoint` is the path with the model in it, or `model` stands beside `format`.",
    ...object({
      endpoint: { ...text, examples: modelEndpoints.map(({ path }) => path) },
      format: { enum: estimatedFormats },
      model: text,
    }),
  },
  answer: jsonAnswer(
    'Its likely cost, and the most that it can cost',
    object({
      object: { const: 'cost.estimate' },
      model: text,
      endpoint: text,
      format: text,
      provider: { ...text, description: 'That is tried first.' },
      price_key: text,
      price_version: whole,
      currency: { const: 'USD' },
      estimate_usd: { ...text, description: 'Exact decimal USD, by the likely length of prompt and answer.' },
      bound_usd: { ...text, description: 'What is set aside while the request runs: it cannot cost more.' },
      output_tokens_bound: whole,
      multiplier: { ...text, description: 'What is paid as a factor of the prices.' },
      lines: arrayOf(object({ unit: text, quantity: whole, price_usd_per_million: text })),
    }),
  ),
};
