import { asObject, type JsonObject } from '#kernel/json.ts';
import { NoPlace, type Target } from '../../format.ts';
import { type FieldChange, spliceFields } from '../../json/splice-fields.ts';
import { writeJson } from '../../json/write-json.ts';
import { nameIn } from './fields.ts';

/**
 * A client's own request for a provider of the same format: no more output than was admitted. The model, and whether it is a stream,
 * stand in the URL. Every other byte stays, but for those of `generationConfig` where the bound is put in.
 */
export function patchGeminiRequest(body: Buffer, parsed: JsonObject, target: Target): Buffer {
  const changes = new Map<string, FieldChange>();
  const name = nameIn(parsed, 'generationConfig');
  const config = asObject(name === undefined ? undefined : parsed[name]) ?? {};
  const bound = nameIn(config, 'maxOutputTokens') ?? 'maxOutputTokens';
  const asked = config[bound];
  if (typeof asked !== 'number' || asked > target.outputTokensMax) {
    const json = writeJson({ ...config, [bound]: target.outputTokensMax });
    changes.set(name ?? 'generationConfig', { kind: 'put', json });
  }
  // A name in the body would have to be that of the URL.
  if (parsed['model'] !== undefined) changes.set('model', { kind: 'remove' });
  for (const refused of target.rules.refused) {
    if (parsed[refused] === undefined) continue;
    if (!target.dropsUnplaced) throw new NoPlace(refused, 'this provider refuses it');
    changes.set(refused, { kind: 'remove' });
  }
  for (const [old, renamed] of Object.entries(target.rules.renamed)) {
    if (parsed[old] !== undefined) changes.set(old, { kind: 'rename', name: renamed });
  }
  return changes.size === 0 ? body : spliceFields(body, parsed, changes);
}
