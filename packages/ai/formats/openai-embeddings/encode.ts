import type { EmbedTarget, EncodedEmbedding } from '../../embed/embed-format.ts';
import type { EmbedInput, EmbedRequest, EmbedSettings } from '../../embed/embed-request.ts';
import { toldInstead, untakenFields } from '../../field-rules.ts';
import { createUnplaced, type Unplaced } from '../../translate/unplaced.ts';

/** What fields are called that say a setting. */
const settingOf: Readonly<Record<string, keyof EmbedSettings>> = { user: 'endUser', dimensions: 'dimensions' };

/** The request for a provider. The form of the vectors is not named: all of them write numbers then, and some take no name for it. */
export function encodeEmbeddings(request: EmbedRequest, target: EmbedTarget): EncodedEmbedding {
  const { inputs, settings, others } = request;
  const { rules, model } = target;
  const unplaced = createUnplaced(request, target);
  const fields: Record<string, unknown> = { model, input: inputs.map((input) => inputFor(input, unplaced)) };
  if (settings.dimensions !== undefined) fields['dimensions'] = settings.dimensions;
  if (settings.endUser !== undefined) fields['user'] = settings.endUser;
  if (settings.task !== undefined) {
    const word = rules.embedTasks?.words[settings.task];
    if (word !== undefined && rules.embedTasks !== undefined) fields[rules.embedTasks.field] = word;
    else unplaced.leaveOut('task', 'the provider is not told what a vector is for');
  }
  for (const { field, why } of untakenFields(rules, fields)) {
    unplaced.leaveOut(settingOf[field] ?? field, why);
    delete fields[field];
  }
  for (const [field, instead] of toldInstead(rules, fields)) {
    delete fields[field];
    Object.assign(fields, typeof instead === 'string' ? { [field]: instead } : instead);
  }
  for (const name of others) unplaced.leaveOut(name, 'the provider speaks another format');
  const named = Object.entries(fields).map(([field, value]) => [rules.renamed[field] ?? field, value]);
  return { body: JSON.stringify(Object.fromEntries(named)), dropped: unplaced.dropped(), isBatch: false };
}

function inputFor(input: EmbedInput, unplaced: Unplaced): string | readonly number[] {
  if (input.kind === 'tokens') return input.tokens;
  if (input.title !== undefined) unplaced.leaveOut(`${input.param}.title`, 'OpenAI has no titles of texts');
  return input.text;
}
