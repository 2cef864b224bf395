import type { FormatName } from '../format.ts';
import type { ProviderRow } from './provider-row.ts';

type Said = Pick<ProviderRow, 'id' | 'name' | 'baseUrl' | 'keyVariable'> & Partial<ProviderRow>;

const chat: readonly FormatName[] = ['openai-chat'];
const chatAndText: readonly FormatName[] = ['openai-chat', 'openai-completions'];
const chatAndEmbeddings: readonly FormatName[] = ['openai-chat', 'openai-embeddings'];
const openAiFormats: readonly FormatName[] = ['openai-chat', 'openai-completions', 'openai-embeddings'];
const withResponses: readonly FormatName[] = ['openai-chat', 'openai-responses', 'openai-embeddings'];

/** What an OpenAI-compatible provider is, where its row says nothing else. */
function compatible(said: Said): ProviderRow {
  return {
    auth: 'bearer',
    formats: chat,
    basePaths: {},
    catalogue: said.id,
    // The older name is what nearly all of them take.
    maxTokensField: 'max_tokens',
    takesStreamOptions: true,
    renamed: {},
    refused: [],
    usage: { isCacheInInput: true, isReasoningInOutput: 'compare' },
    ...said,
  };
}

/** Providers that are wire formats of their own. A resource without a row of its own has the rules of its kind. */
export const kindRows = {
  openai: compatible({
    id: 'openai-compatible',
    name: 'OpenAI-compatible',
    baseUrl: '',
    keyVariable: '',
    formats: openAiFormats,
    maxTokensField: 'max_completion_tokens',
  }),
  anthropic: compatible({
    id: 'anthropic-compatible',
    name: 'Anthropic-compatible',
    baseUrl: '',
    keyVariable: '',
    auth: 'x-api-key',
    formats: ['anthropic-messages'],
    usage: { isCacheInInput: false, isReasoningInOutput: true },
  }),
} as const satisfies Record<string, ProviderRow>;

/** Every provider that the gateway knows by name, in the order in which they are tried where all of them have a model. */
export const providerRows: readonly ProviderRow[] = [
  compatible({
    id: 'openai',
    name: 'OpenAI',
    baseUrl: 'https://api.openai.com/v1',
    keyVariable: 'OPENAI_API_KEY',
    formats: ['openai-chat', 'openai-responses', 'openai-completions', 'openai-embeddings'],
    maxTokensField: 'max_completion_tokens',
    usage: { isCacheInInput: true, isReasoningInOutput: true },
  }),
  {
    ...kindRows.anthropic,
    id: 'anthropic',
    name: 'Anthropic',
    baseUrl: 'https://api.anthropic.com/v1',
    keyVariable: 'ANTHROPIC_API_KEY',
    catalogue: 'anthropic',
  },
  // Resells OpenAI's models under their names; its own prices differ, so an operator who cares sets them in `prices`.
  compatible({
    id: '302ai',
    name: '302.AI',
    baseUrl: 'https://api.302.ai/v1',
    keyVariable: 'AI302_API_KEY',
    formats: ['openai-chat', 'anthropic-messages', 'openai-embeddings'],
    catalogue: 'openai',
  }),
  compatible({
    id: 'gemini',
    name: 'Google Gemini (OpenAI-compatible)',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
    keyVariable: 'GEMINI_API_KEY',
    formats: chatAndEmbeddings,
    catalogue: 'google',
  }),
  compatible({
    id: 'mistral',
    name: 'Mistral',
    baseUrl: 'https://api.mistral.ai/v1',
    keyVariable: 'MISTRAL_API_KEY',
    formats: chatAndEmbeddings,
    // It tells a stream's usage unasked, and refuses fields that it does not know.
    takesStreamOptions: false,
    renamed: { seed: 'random_seed' },
    refused: ['user', 'logit_bias', 'logprobs', 'top_logprobs'],
  }),
  compatible({
    id: 'deepseek',
    name: 'DeepSeek',
    baseUrl: 'https://api.deepseek.com/v1',
    keyVariable: 'DEEPSEEK_API_KEY',
    formats: ['openai-chat', 'anthropic-messages'],
    basePaths: { 'anthropic-messages': '/anthropic' },
  }),
  compatible({
    id: 'xai',
    name: 'xAI',
    baseUrl: 'https://api.x.ai/v1',
    keyVariable: 'XAI_API_KEY',
    formats: ['openai-chat', 'openai-responses', 'anthropic-messages'],
    maxTokensField: 'max_completion_tokens',
    catalogue: 'x-ai',
    // In chat completions reasoning stands beside the output, in responses inside it: the total tells.
    usage: { isCacheInInput: 'compare', isReasoningInOutput: 'compare' },
  }),
  compatible({
    id: 'groq',
    name: 'Groq',
    baseUrl: 'https://api.groq.com/openai/v1',
    keyVariable: 'GROQ_API_KEY',
    maxTokensField: 'max_completion_tokens',
    refused: ['n', 'logprobs', 'top_logprobs', 'logit_bias'],
  }),
  compatible({
    id: 'together',
    name: 'Together AI',
    baseUrl: 'https://api.together.xyz/v1',
    keyVariable: 'TOGETHER_API_KEY',
    formats: openAiFormats,
  }),
  compatible({
    id: 'fireworks',
    name: 'Fireworks AI',
    baseUrl: 'https://api.fireworks.ai/inference/v1',
    keyVariable: 'FIREWORKS_API_KEY',
    formats: ['openai-chat', 'openai-responses', 'anthropic-messages', 'openai-completions', 'openai-embeddings'],
  }),
  compatible({
    id: 'perplexity',
    name: 'Perplexity',
    baseUrl: 'https://api.perplexity.ai',
    keyVariable: 'PERPLEXITY_API_KEY',
    takesStreamOptions: false,
    refused: ['stop', 'seed', 'n', 'logit_bias', 'logprobs', 'top_logprobs'],
  }),
  compatible({
    id: 'openrouter',
    name: 'OpenRouter',
    baseUrl: 'https://openrouter.ai/api/v1',
    keyVariable: 'OPENROUTER_API_KEY',
    formats: ['openai-chat', 'openai-responses', 'anthropic-messages', 'openai-embeddings'],
  }),
  compatible({
    id: 'moonshot',
    name: 'Moonshot AI (Kimi)',
    baseUrl: 'https://api.moonshot.ai/v1',
    keyVariable: 'MOONSHOT_API_KEY',
    formats: ['openai-chat', 'anthropic-messages'],
    basePaths: { 'anthropic-messages': '/anthropic' },
    refused: ['functions', 'function_call', 'logprobs', 'top_logprobs'],
    catalogue: 'moonshotai',
  }),
  compatible({
    id: 'qwen',
    name: 'Alibaba Model Studio (Qwen)',
    baseUrl: 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1',
    keyVariable: 'DASHSCOPE_API_KEY',
    formats: chatAndEmbeddings,
    refused: ['frequency_penalty', 'logit_bias'],
  }),
  compatible({
    id: 'zai',
    name: 'Z.ai (Zhipu, international)',
    baseUrl: 'https://api.z.ai/api/paas/v4',
    keyVariable: 'ZAI_API_KEY',
    formats: ['openai-chat', 'anthropic-messages'],
    basePaths: { 'anthropic-messages': '/api/anthropic' },
    takesStreamOptions: false,
    refused: ['n', 'logprobs', 'top_logprobs', 'logit_bias', 'frequency_penalty', 'presence_penalty'],
  }),
  compatible({
    id: 'zhipu',
    name: 'Zhipu AI (China)',
    baseUrl: 'https://open.bigmodel.cn/api/paas/v4',
    keyVariable: 'ZHIPU_API_KEY',
    formats: ['openai-chat', 'openai-embeddings', 'anthropic-messages'],
    basePaths: { 'anthropic-messages': '/api/anthropic' },
    takesStreamOptions: false,
    refused: ['n', 'logprobs', 'top_logprobs', 'logit_bias', 'frequency_penalty', 'presence_penalty'],
  }),
  compatible({
    id: 'qianfan',
    name: 'Baidu Qianfan',
    baseUrl: 'https://qianfan.baidubce.com/v2',
    keyVariable: 'QIANFAN_API_KEY',
    formats: chatAndEmbeddings,
  }),
  compatible({
    id: 'ark',
    name: 'Volcengine Ark (Doubao)',
    baseUrl: 'https://ark.cn-beijing.volces.com/api/v3',
    keyVariable: 'ARK_API_KEY',
    formats: withResponses,
  }),
  compatible({
    id: 'minimax',
    name: 'MiniMax',
    baseUrl: 'https://api.minimax.io/v1',
    keyVariable: 'MINIMAX_API_KEY',
    formats: ['openai-chat', 'anthropic-messages'],
    basePaths: { 'anthropic-messages': '/anthropic/v1' },
  }),
  compatible({
    id: 'siliconflow',
    name: 'SiliconFlow',
    baseUrl: 'https://api.siliconflow.com/v1',
    keyVariable: 'SILICONFLOW_API_KEY',
    formats: chatAndEmbeddings,
  }),
  compatible({
    id: 'cerebras',
    name: 'Cerebras',
    baseUrl: 'https://api.cerebras.ai/v1',
    keyVariable: 'CEREBRAS_API_KEY',
    formats: chatAndText,
    maxTokensField: 'max_completion_tokens',
    refused: ['frequency_penalty', 'presence_penalty', 'logit_bias'],
  }),
  compatible({
    id: 'cohere',
    name: 'Cohere (OpenAI-compatible)',
    baseUrl: 'https://api.cohere.ai/compatibility/v1',
    keyVariable: 'COHERE_API_KEY',
    formats: chatAndEmbeddings,
    refused: ['n', 'logit_bias', 'user', 'store', 'metadata', 'top_logprobs'],
  }),
  compatible({
    id: 'nvidia',
    name: 'NVIDIA NIM',
    baseUrl: 'https://integrate.api.nvidia.com/v1',
    keyVariable: 'NVIDIA_API_KEY',
    formats: openAiFormats,
  }),
  compatible({
    id: 'huggingface',
    name: 'Hugging Face Inference Providers',
    baseUrl: 'https://router.huggingface.co/v1',
    keyVariable: 'HF_TOKEN',
    formats: ['openai-chat', 'openai-responses'],
  }),
  // Not GITHUB_TOKEN: machines that build software have one, and mean no model by it.
  compatible({
    id: 'github-models',
    name: 'GitHub Models',
    baseUrl: 'https://models.github.ai/inference',
    keyVariable: 'GITHUB_MODELS_API_KEY',
    formats: chatAndEmbeddings,
  }),
  ...[
    ['nebius', 'Nebius AI Studio', 'https://api.studio.nebius.ai/v1', 'NEBIUS_API_KEY'],
    ['sambanova', 'SambaNova', 'https://api.sambanova.ai/v1', 'SAMBANOVA_API_KEY'],
    ['deepinfra', 'DeepInfra', 'https://api.deepinfra.com/v1/openai', 'DEEPINFRA_API_KEY'],
    ['novita', 'Novita AI', 'https://api.novita.ai/v3/openai', 'NOVITA_API_KEY'],
    ['hyperbolic', 'Hyperbolic', 'https://api.hyperbolic.xyz/v1', 'HYPERBOLIC_API_KEY'],
    ['baseten', 'Baseten', 'https://inference.baseten.co/v1', 'BASETEN_API_KEY'],
    ['scaleway', 'Scaleway', 'https://api.scaleway.ai/v1', 'SCALEWAY_API_KEY'],
    ['venice', 'Venice AI', 'https://api.venice.ai/api/v1', 'VENICE_API_KEY'],
    ['chutes', 'Chutes', 'https://llm.chutes.ai/v1', 'CHUTES_API_KEY'],
    ['friendli', 'FriendliAI', 'https://api.friendli.ai/serverless/v1', 'FRIENDLI_API_KEY'],
    ['gmi', 'GMI Cloud', 'https://api.gmi-serving.com/v1', 'GMI_API_KEY'],
    ['xiaomi', 'Xiaomi MiMo', 'https://api.xiaomimimo.com/v1', 'XIAOMI_API_KEY'],
    ['modelscope', 'ModelScope', 'https://api-inference.modelscope.cn/v1', 'MODELSCOPE_API_KEY'],
    ['tencent', 'Tencent Cloud', 'https://tokenhub-intl.tencentcloudmaas.com/v1', 'TENCENT_API_KEY'],
    ['ai21', 'AI21', 'https://api.ai21.com/studio/v1', 'AI21_API_KEY'],
    ['upstage', 'Upstage', 'https://api.upstage.ai/v1/solar', 'UPSTAGE_API_KEY'],
    ['poe', 'Poe', 'https://api.poe.com/v1', 'POE_API_KEY'],
    ['meta', 'Meta Llama API', 'https://api.meta.ai/v1', 'META_API_KEY'],
    ['aihubmix', 'AIHubMix', 'https://aihubmix.com/v1', 'AIHUBMIX_API_KEY'],
    ['vercel', 'Vercel AI Gateway', 'https://ai-gateway.vercel.sh/v1', 'AI_GATEWAY_API_KEY'],
  ].map(([id = '', name = '', baseUrl = '', keyVariable = '']) => compatible({ id, name, baseUrl, keyVariable })),
  ...[
    ['jina', 'Jina AI', 'https://api.jina.ai/v1', 'JINA_API_KEY'],
    ['voyage', 'Voyage AI', 'https://api.voyageai.com/v1', 'VOYAGE_API_KEY'],
  ].map(([id = '', name = '', baseUrl = '', keyVariable = '']) =>
    compatible({ id, name, baseUrl, keyVariable, formats: ['openai-embeddings'] }),
  ),
  // Servers of one's own: `preset` of a provider names them, and no variable turns them on.
  compatible({
    id: 'vllm',
    name: 'vLLM',
    baseUrl: 'http://127.0.0.1:8000/v1',
    keyVariable: '',
    formats: ['openai-chat', 'openai-responses', 'anthropic-messages', 'openai-completions', 'openai-embeddings'],
    maxTokensField: 'max_completion_tokens',
  }),
  compatible({
    id: 'ollama',
    name: 'Ollama',
    baseUrl: 'http://127.0.0.1:11434/v1',
    keyVariable: '',
    auth: 'none',
    formats: openAiFormats,
  }),
  compatible({
    id: 'lmstudio',
    name: 'LM Studio',
    baseUrl: 'http://127.0.0.1:1234/v1',
    keyVariable: '',
    auth: 'none',
    formats: ['openai-chat', 'openai-responses', 'openai-completions', 'openai-embeddings'],
  }),
];
