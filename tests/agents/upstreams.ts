import { backends } from '../formats/backends.ts';

/** A way to a model, by the format in which it is spoken to, and a model there that thinks and calls tools. */
export interface Upstream {
  readonly name: string;
  readonly provider: string;
  readonly model: string;
}

/** Every format that a provider speaks, and Claude at both clouds. */
export const upstreams: readonly Upstream[] = Object.entries(backends).map(([name, { name: provider, thinker }]) => ({
  name,
  provider,
  model: thinker,
}));
