import type { AddressTemplate } from './address-template.ts';
import { compatible, kindRows } from './kind-rows.ts';
import type { ProviderRow } from './provider-row.ts';

/** The catalogue's prices are those of the regions of the United States; of the others it knows those of inference profiles. */
const bedrockAddresses: readonly AddressTemplate[] = ['AWS_REGION', 'AWS_DEFAULT_REGION'].flatMap((variable) => {
  const url = `https://bedrock-runtime.{${variable}}.amazonaws.com`;
  return [
    { url, where: { [variable]: /^us-(east|west)-/ } },
    // China is a cloud of its own, without Bedrock.
    { url, where: { [variable]: /^(?!cn-)/ }, catalogue: 'aws-profiles' },
  ];
});

/** Of a publisher's models. Places other than `global` have prices of their own, of which the catalogue knows some. */
function vertexAddresses(publisher: string): readonly AddressTemplate[] {
  const path = (location: string): string =>
    `/v1/projects/{GOOGLE_CLOUD_PROJECT}/locations/${location}/publishers/${publisher}`;
  const fixed = (location: string, host: string, catalogue?: string): AddressTemplate => ({
    url: `https://${host}${path(location)}`,
    where: { GOOGLE_CLOUD_LOCATION: new RegExp(`^${location}$`) },
    ...(catalogue === undefined ? {} : { catalogue }),
  });
  return [
    fixed('global', 'aiplatform.googleapis.com'),
    fixed('us', 'aiplatform.us.rep.googleapis.com', 'google-regional'),
    fixed('eu', 'aiplatform.eu.rep.googleapis.com', 'google-regional'),
    {
      url: `https://{GOOGLE_CLOUD_LOCATION}-aiplatform.googleapis.com${path('{GOOGLE_CLOUD_LOCATION}')}`,
      catalogue: 'google-regional',
    },
  ];
}

/**
 * Clouds that have the models of many makers. A row speaks the format of one: a client of that format has its bytes passed on. AWS'
 * own key pair turns nothing on, since machines have it for other ends; a Bedrock API key does.
 */
export const cloudRows: readonly ProviderRow[] = [
  {
    ...kindRows.anthropic,
    id: 'bedrock-anthropic',
    name: 'Amazon Bedrock (Claude)',
    keyVariable: 'AWS_BEARER_TOKEN_BEDROCK',
    addresses: bedrockAddresses,
    auth: 'aws',
    envelopes: { 'anthropic-messages': 'bedrock-invoke' },
    betas: 'bedrock-invoke',
    models: /(^|\.)anthropic\./,
    catalogue: 'aws',
  },
  compatible({
    id: 'bedrock',
    name: 'Amazon Bedrock (Converse)',
    baseUrl: '',
    keyVariable: 'AWS_BEARER_TOKEN_BEDROCK',
    addresses: bedrockAddresses,
    auth: 'aws',
    formats: ['bedrock-converse'],
    usage: { isCacheInInput: false, isReasoningInOutput: true },
    // But those that give vectors, and OpenAI's, which are behind its own formats alone.
    models: /^(?!.*(embed|openai\.gpt-5))/,
    catalogue: 'aws',
  }),
  // Which of the models are there, and below which of the paths, differs by region: its key alone turns nothing on.
  compatible({
    id: 'bedrock-openai',
    name: 'Amazon Bedrock (OpenAI-compatible)',
    baseUrl: '',
    keyVariable: 'AWS_BEARER_TOKEN_BEDROCK',
    auth: 'aws',
    formats: ['openai-chat', 'openai-responses'],
    maxTokensField: 'max_completion_tokens',
    models: /(^|\.)openai\./,
    catalogue: 'aws',
  }),
  compatible({
    id: 'vertex',
    name: 'Google Vertex AI',
    baseUrl: '',
    keyVariable: '',
    keyFileVariable: 'GOOGLE_APPLICATION_CREDENTIALS',
    addresses: vertexAddresses('google'),
    auth: 'google',
    formats: ['gemini-generate'],
    models: /^gemini-/,
    catalogue: 'google',
  }),
  {
    ...kindRows.anthropic,
    id: 'vertex-anthropic',
    name: 'Google Vertex AI (Claude)',
    keyVariable: '',
    keyFileVariable: 'GOOGLE_APPLICATION_CREDENTIALS',
    addresses: vertexAddresses('anthropic'),
    auth: 'google',
    envelopes: { 'anthropic-messages': 'vertex-raw-predict' },
    betas: 'vertex-raw-predict',
    models: /^claude-/,
    catalogue: 'google',
  },
  // Models are enabled one by one, and the catalogue has hardly a price of them.
  compatible({
    id: 'vertex-openai',
    name: 'Google Vertex AI (open models)',
    baseUrl: '',
    keyVariable: '',
    auth: 'google',
  }),
];
