import type { Asked, Capability, Modality } from '../asked.ts';

/** What a request's prompt was found to hold beside text. */
export interface Held {
  readonly images: number;
  readonly sounds: number;
  readonly files: number;
}

/** What a model must take and be able to do for a request; fields that would be empty are left out. */
export function needsOfModel(
  held: Held,
  able: Readonly<Partial<Record<Capability, boolean>>>,
): Pick<Asked, 'modalities' | 'capabilities'> {
  const modalities: Modality[] = [];
  if (held.images > 0) modalities.push('image');
  if (held.sounds > 0) modalities.push('audio');
  if (held.files > 0) modalities.push('file');
  const capabilities = order.filter((capability) => able[capability] === true);
  return {
    ...(modalities.length > 0 && { modalities }),
    ...(capabilities.length > 0 && { capabilities }),
  };
}

const order: readonly Capability[] = ['tools', 'structured_output', 'reasoning', 'web_search'];

/** Whether an effort to think asks for thoughts: `none` asks for an answer without. */
export function asksForThoughts(effort: unknown): boolean {
  return typeof effort === 'string' && effort !== '' && effort !== 'none';
}
