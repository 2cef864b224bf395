import type { FormatName, ProviderRules } from '../format.ts';
import type { AddressTemplate } from './address-template.ts';
import type { EnvelopeName } from './envelope.ts';

/** How a provider is spoken to, as data: a new OpenAI-compatible provider is a row of `provider-rows.ts`, and no code. */
export interface ProviderRow extends ProviderRules {
  /** Also the id of the provider that its key in the environment turns on. */
  readonly id: string;
  /** What people call it. */
  readonly name: string;
  /** The URL up to and including the version; empty: each customer has one of their own. */
  readonly baseUrl: string;
  /** Of a provider with an address for each customer: what environment variables make of it. */
  readonly addresses?: readonly AddressTemplate[];
  /** The environment variable that usually holds its key, and turns it on, given an address; empty: none does. */
  readonly keyVariable: string;
  /** The environment variable that usually names the file with its key, and turns it on as well. */
  readonly keyFileVariable?: string;
  /** Of its catalogue's models, those that it has, by their names; absent: all of them. */
  readonly models?: RegExp;
  /**
   * Where the key goes: `bearer`, the name of a header, `none`, or the way of a cloud. `aws`: keys of AWS sign each request
   * (SigV4), a Bedrock API key is a bearer token. `google`: JSON of a service account or a user becomes access tokens, other text is one.
   */
  readonly auth: string;
  /** Formats whose requests carry the key elsewhere. */
  readonly auths?: Readonly<Partial<Record<FormatName, string>>>;
  /** The wire formats it speaks, best first: what a client's format is translated into is the first that can be. */
  readonly formats: readonly FormatName[];
  /** Formats that it speaks below another path than that of `baseUrl`. */
  readonly basePaths: Readonly<Partial<Record<FormatName, string>>>;
  /** What goes between the address and a format's own path in requests to a model, which `{model}` stands for. */
  readonly modelPath?: string;
  /** Formats that it takes at a door of its own. */
  readonly envelopes?: Readonly<Partial<Record<FormatName, EnvelopeName>>>;
  /** The query of every URL, where the address has none: `api-version=2024-10-21`. */
  readonly query?: string;
  /** The provider of the price catalogue whose prices are its own; its id where the catalogue has none. */
  readonly catalogue: string;
}

/** Which of the two kinds of old a row is: what a resource says that names no formats. */
export function kindOf({ formats }: Pick<ProviderRow, 'formats'>): 'openai' | 'anthropic' {
  return formats[0] === 'anthropic-messages' ? 'anthropic' : 'openai';
}
