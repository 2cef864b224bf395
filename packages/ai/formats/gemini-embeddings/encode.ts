import type { EmbedTarget, EncodedEmbedding } from '../../embed/embed-format.ts';
import type { EmbedInput, EmbedRequest } from '../../embed/embed-request.ts';
import { NoPlace } from '../../format.ts';
import { createUnplaced } from '../../translate/unplaced.ts';
import { REQUESTS_MAX } from './ask.ts';
import { taskName } from './tasks.ts';

/** The request for a provider: a batch, however few texts there are, as Google's own SDKs send them. */
export function encodeGeminiEmbeddings(request: EmbedRequest, target: EmbedTarget): EncodedEmbedding {
  const { inputs, settings, others } = request;
  if (inputs.length > REQUESTS_MAX) throw new NoPlace('input', `Google takes ${REQUESTS_MAX} texts at once`);
  const unplaced = createUnplaced(request, target);
  if (settings.endUser !== undefined) unplaced.leaveOut('endUser', 'Google is told of no end user');
  for (const name of others) unplaced.leaveOut(name, 'Google has no such field');
  const model = target.model.startsWith('models/') ? target.model : `models/${target.model}`;
  const requests = inputs.map((input) => ({
    model,
    content: { parts: [{ text: textOf(input) }] },
    taskType: settings.task === undefined ? undefined : taskName(settings.task),
    title: input.kind === 'text' ? input.title : undefined,
    outputDimensionality: settings.dimensions,
  }));
  return { body: JSON.stringify({ requests }), dropped: unplaced.dropped(), isBatch: true };
}

function textOf(input: EmbedInput): string {
  if (input.kind === 'text') return input.text;
  throw new NoPlace(input.param, "tokens are those of OpenAI's vocabularies, and Google takes text alone");
}
