import { z } from 'zod';
import type { JsonObject } from '#kernel/json.ts';
import { bareClaude } from '../anthropic-cloud/model-name.ts';
import { type Addressed, apiVersions, readCloudPrompt } from '../anthropic-cloud/prompt.ts';
import { checkAwsShape, extraneous } from '../aws/check-shape.ts';
import type { Prompt } from '../prompt.ts';
import { RequestProblem } from '../request-problem.ts';

/** What the URL says, so that the body may not. */
const addressedFields = ['model', 'stream'];

const envelope = z.looseObject({
  anthropic_version: z.enum(['bedrock-2023-05-31', ...apiVersions]),
  anthropic_beta: z.array(z.string().min(1)).optional(),
});

/** Reads a request of InvokeModel for Claude; throws a RequestProblem for what AWS or Anthropic refuses. */
export function readInvokePrompt(body: JsonObject, addressed: Addressed): Prompt {
  const name = bareClaude(addressed.model);
  // The body is that of the model's maker, and the simulator plays no other.
  if (name === undefined) throw new RequestProblem(400, 'The provided model identifier is invalid.');
  const extra = addressedFields.find((field) => field in body);
  if (extra !== undefined) throw extraneous(extra);
  if (body['anthropic_version'] === undefined) {
    throw new RequestProblem(
      400,
      'Malformed input request: #: required key [anthropic_version] not found, please reformat your input and try again.',
    );
  }
  const { anthropic_version: said, anthropic_beta: betas = [], ...fields } = checkAwsShape(envelope, body);
  const version = said === 'bedrock-2023-05-31' ? '2023-06-01' : said;
  return readCloudPrompt(fields, addressed, { name, version, betas });
}
