import type { FieldRules } from '#ai/field-rules.ts';
import type { FormatName } from '#ai/format.ts';
import type { ProviderRow } from '#ai/providers/provider-row.ts';
import { catalogueModels } from '#catalogue/catalogue-models.ts';

/** The two lines between which docs/providers.md has the tables. */
export const TABLES_START = '<!-- written by scripts/write-provider-tables.ts -->';
export const TABLES_END = '<!-- end of what is written -->';

const shortNames: Readonly<Record<FormatName, string>> = {
  'openai-chat': 'chat',
  'openai-completions': 'completions',
  'openai-responses': 'responses',
  'openai-compact': 'compact',
  'openai-embeddings': 'embeddings',
  'anthropic-messages': 'messages',
  'gemini-generate': 'generateContent',
  'bedrock-converse': 'Converse',
  'gemini-embeddings': 'embedContent',
};

/** What the rows say of each provider, in Markdown. `hasPrices`: whether the price catalogue has prices for a name. */
export function providerTables(rows: readonly ProviderRow[], hasPrices: (catalogueId: string) => boolean): string {
  const providers = table(
    ['id', 'provider', 'variable of its key', 'base URL', 'formats, best first', 'prices'],
    rows.map(({ id, name, keyVariable, keyFileVariable, baseUrl, addresses, formats, catalogue }) => [
      code(id),
      name,
      [keyVariable, keyFileVariable ?? '']
        .filter((variable) => variable !== '')
        .map(code)
        .join(', ') || '–',
      baseUrl === '' ? (addresses === undefined ? 'your own' : 'your own, by variables') : code(baseUrl),
      formats.map((format) => shortNames[format]).join(', '),
      hasPrices(catalogue) ? 'built in' : 'yours',
    ]),
  );
  const fields = table(
    ['id', 'output bound', 'asked for a stream’s usage', 'renamed', 'refused', 'takes thoughts back as'],
    rows.filter(differs).map((row) => [
      code(row.id),
      code(row.maxTokensField),
      row.takesStreamOptions ? 'yes' : 'no',
      Object.entries(row.renamed)
        .map(([from, to]) => `${code(from)} as ${code(to)}`)
        .join(', ') || '–',
      row.refused.map(code).join(', ') || '–',
      row.reasoningField === undefined ? '–' : code(row.reasoningField),
    ]),
  );
  const values = table(
    ['id', 'models', 'refused', 'taken', 'told instead'],
    rows.flatMap((row) => [
      ...(row.taken === undefined && row.values === undefined ? [] : [valuesLine(row.id, 'all', row, [])]),
      ...(row.ofModels ?? []).map((own) => valuesLine(row.id, code(own.models.source), own, own.refused ?? [])),
    ]),
  );
  const usage = table(
    ['id', 'tokens read from a cache', 'reasoning'],
    rows
      .filter(
        ({ usage: { isCacheInInput, isReasoningInOutput } }) =>
          isCacheInInput !== true || isReasoningInOutput !== 'compare',
      )
      .map(({ id, usage: { isCacheInInput, isReasoningInOutput } }) => [
        code(id),
        place(isCacheInInput, 'the input'),
        place(isReasoningInOutput, 'the output'),
      ]),
  );
  return [
    ...[providers, '## Fields', `${FIELDS}\n`, fields, '## Values', `${VALUES}\n`, values],
    ...['## Usage', `${USAGE}\n`, usage],
  ].join('\n');
}

type ValueRules = Pick<FieldRules, 'taken' | 'values'>;

function valuesLine(id: string, models: string, { taken, values }: Partial<ValueRules>, refused: readonly string[]) {
  return [code(id), models, refused.map(code).join(', ') || '–', takenText(taken ?? {}), toldText(values ?? {})];
}

function takenText(taken: NonNullable<FieldRules['taken']>): string {
  const texts = Object.entries(taken).map(([field, { only, min, max }]) => {
    const values =
      only === undefined ? `${min ?? '…'} to ${max ?? '…'}` : only.map((each) => code(String(each))).join(', ');
    return `${code(field)}: ${values}`;
  });
  return texts.join('; ') || '–';
}

function toldText(values: NonNullable<FieldRules['values']>): string {
  const texts = Object.entries(values).flatMap(([field, byValue]) => {
    const told = Object.entries(byValue).map(([value, instead]) => [value, JSON.stringify(instead)] as const);
    const same = Map.groupBy(told, ([, instead]) => instead);
    return [...same].map(
      ([instead, all]) =>
        `${code(field)} ${all.map(([value]) => code(value)).join(', ')}: ${code(instead.replaceAll('"', ''))}`,
    );
  });
  return texts.join('; ') || '–';
}

function place(isInside: boolean | 'compare', whole: string): string {
  return isInside === 'compare' ? 'the numbers tell' : isInside ? `in ${whole}` : `beside ${whole}`;
}

/** Whether the price catalogue has models of this name. */
export function isInCatalogue(catalogueId: string): boolean {
  return catalogueModels(catalogueId, Date.now()).length > 0;
}

/** The page with its tables written anew. Throws where it has no place for them. */
export function withTables(page: string, tables: string): string {
  const start = page.indexOf(TABLES_START);
  const end = page.indexOf(TABLES_END, start);
  if (start < 0 || end < 0) throw new Error(`the page lacks the lines ${TABLES_START} and ${TABLES_END}`);
  return `${page.slice(0, start + TABLES_START.length)}\n\n${tables}\n${page.slice(end)}`;
}

const FIELDS = `
Providers that are not listed here take the output bound as \`max_tokens\`, are asked for a stream's usage by \`stream_options\`, refuse
nothing that the gateway knows of, and get no thoughts of earlier turns. A field that a provider refuses is refused by its name before
the provider is called, or left out and named in the answer (\`x-gateway-unplaced-fields: drop\`).`;

const VALUES = `
Values that a provider does not take are refused in the same way. Some it calls otherwise, or has a field of its own for: these it is told
in its own words, and a client that says the provider's field itself is heard. Rules of some models go by the provider's name of the model.`;

const USAGE = `
How a provider counts. Where nothing is said of a provider, tokens read from a cache are in the input, and the total tells whether reasoning
is in the output. Reports of each are in \`packages/ai/usage/golden-usage.json\`.`;

/** Whether a row is more than an address. */
function differs(row: ProviderRow): boolean {
  return (
    row.maxTokensField !== 'max_tokens' ||
    !row.takesStreamOptions ||
    row.refused.length > 0 ||
    row.reasoningField !== undefined ||
    Object.keys(row.renamed).length > 0
  );
}

/** A line in the middle of a cell ends it, also in code. */
function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const rule = head.map(() => '---');
  return [head, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}
