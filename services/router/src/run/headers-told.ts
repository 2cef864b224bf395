import type { ResponseHead } from '../ports.ts';

/** Headers of a provider that a client may see, by the name it sees them under: none that tells of the gateway's own account. */
const told: Readonly<Record<string, string>> = {
  'openai-processing-ms': 'openai-processing-ms',
  'openai-version': 'openai-version',
  'x-request-id': 'x-gateway-provider-request-id',
  'request-id': 'x-gateway-provider-request-id',
};

/** Longer than any id. What is no word may be anything. */
const plain = /^[\w.:/+=-]{1,200}$/;

export function headersTold({ headers }: ResponseHead): Readonly<Record<string, string>> {
  const out: Record<string, string> = {};
  for (const [name, as] of Object.entries(told)) {
    const value = headers[name];
    if (typeof value === 'string' && plain.test(value)) out[as] = value;
  }
  return out;
}
