import { asArray, asObject, type JsonObject } from '#kernel/json.ts';

/** What a document says of a failure, in whatever form its provider has for that. */
export interface SaidError {
  /** What the provider calls it, as it stands: a code, a type, a number; empty: nothing. */
  readonly code: string;
  /** The same as the table of kinds knows them: numbers of a family of their own have its name before them. */
  readonly codes: readonly string[];
  readonly message: string;
  readonly param: string;
}

/** As much of a message as a client or an operator is told. */
const MESSAGE_MAX_CHARACTERS = 1_000;

/** A form of errors. The first whose `find` finds something reads the document. */
interface ErrorFamily {
  /** What numbers of its codes have before them; empty: they are numbers of everyone's. */
  readonly prefix: string;
  find(outer: JsonObject): JsonObject | null;
}

const families: readonly ErrorFamily[] = [
  // OpenAI's, and nearly everyone's: {error: {message, type, param, code}}. Google's has a status for a type, Zhipu's code is a number.
  { prefix: '', find: ({ error }) => asObject(error) },
  // MiniMax, in a 200: {base_resp: {status_code, status_msg}}.
  { prefix: 'base_resp_', find: ({ base_resp: said }) => asObject(said) },
  // Cloudflare: {success: false, errors: [{code, message}]}.
  { prefix: 'cloudflare_', find: ({ success, errors }) => (success === false ? asObject(asArray(errors)[0]) : null) },
  // Qianfan's older API: {error_code, error_msg}.
  { prefix: 'qianfan_', find: (outer) => (outer['error_code'] === undefined ? null : outer) },
  // Mistral, and vLLM: {object: 'error', message, type, param, code}.
  { prefix: 'mistral_', find: (outer) => (outer['object'] === 'error' ? outer : null) },
  // Others whose detail is an object: {detail: {error: "..."}}.
  { prefix: '', find: ({ detail }) => asObject(detail) },
  // Flat: {code, message} of DashScope and SiliconFlow, {code, error: "..."} of xAI, {error: "..."} of Hugging Face and Ollama.
  { prefix: '', find: (outer) => outer },
];

/** Reads a document of any family. `document` may be Google's array of one. */
export function readErrorDocument(document: unknown): SaidError {
  const outer = asObject(Array.isArray(document) ? document[0] : document);
  if (outer === null) return { code: '', codes: [], message: '', param: '' };
  for (const { prefix, find } of families) {
    const said = find(outer);
    if (said !== null) return readSaid(outer, said, prefix);
  }
  return { code: '', codes: [], message: '', param: '' };
}

function readSaid(outer: JsonObject, said: JsonObject, prefix: string): SaidError {
  const code = first([said['code'], said['status_code'], said['error_code'], outer['code']].map(codeText));
  const type = first([said['type'], said['status'], said['reason'], outer['error_type']].map(codeText));
  // Azure tells the policy one deeper: {error: {code, innererror: {code}}}.
  const inner = codeText(asObject(said['innererror'])?.['code']);
  return {
    code: code || type,
    codes: [code, type, inner].filter((each) => each !== '').map((each) => (/^\d+$/.test(each) ? prefix + each : each)),
    message: messageOf(outer, said),
    param: codeText(said['param']),
  };
}

function messageOf(outer: JsonObject, said: JsonObject): string {
  for (const value of [
    ...[said['message'], said['status_msg'], said['error_msg'], said['error'], outer['error'], outer['message']],
    ...[outer['detail'], outer['title']],
  ]) {
    if (typeof value === 'string' && value !== '') return value.slice(0, MESSAGE_MAX_CHARACTERS);
    if (Array.isArray(value) && value.length > 0) return JSON.stringify(value).slice(0, MESSAGE_MAX_CHARACTERS);
  }
  return '';
}

/** xAI writes sentences where others have codes: these are none. */
function codeText(value: unknown): string {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && !/\s/.test(value) ? value : '';
}

function first(texts: readonly string[]): string {
  return texts.find((text) => text !== '') ?? '';
}
