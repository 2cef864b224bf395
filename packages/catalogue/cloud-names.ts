import type { MatchLogic } from '@pydantic/genai-prices';

/** Of a model of Bedrock in the catalogue's id: it stands for profiles, and no model has it in its name. */
const CATALOGUE_PREFIX = /^(regional|global)\./;
/** A name of Bedrock with an inference profile: a part of the world, and the name of the model in its regions. */
const PROFILE = /^((?:global|us-gov|us|eu|apac|jp|au|ca)\.)([a-z0-9]+\.[a-z].*)$/;
/** A name in Bedrock's regions: `anthropic.claude-sonnet-4-5-20250929-v1:0`. */
const REGIONAL = /^([a-z0-9]+)\.([a-z].*?)(?:-v\d+)?(?::\d+)?$/;

/** A part of a catalogue, which goes by an id of its own. */
export interface CataloguePart {
  /** Whose models they are. */
  readonly of: string;
  /** Which names are of the part. */
  readonly has: (name: string) => boolean;
}

/** Parts by their ids; what no part is known of is a catalogue of its own. */
export const catalogueParts: Readonly<Record<string, CataloguePart>> = {
  // Outside of the United States, where the list has no prices of regions: profiles cost the same in all regions of theirs.
  'aws-profiles': { of: 'aws', has: (name) => PROFILE.test(name) && !name.startsWith('us.') },
  // Later models cost more in a region than globally, and the list has the global price alone.
  'google-regional': { of: 'google', has: (name) => /^gemini-(1\.5|2\.0|2\.5)-/.test(name) },
};

/** Bedrock's own names that mean a model: those of its rules, each with the version that the id has. */
export function bedrockNames(id: string, match: MatchLogic): readonly string[] {
  const full = id.replace(CATALOGUE_PREFIX, '');
  const names = valuesOf(match).flatMap((value) => {
    const [, profile = '', rest = value] = PROFILE.exec(value) ?? [];
    return full.startsWith(rest) && REGIONAL.test(rest) ? [profile + full] : [];
  });
  return names.length === 0 ? [full] : [...new Set(names)];
}

/** Whether a name is that of a model in the profile of the United States, which costs what the model costs in its regions. */
export function isProfileOf(names: readonly string[], name: string): boolean {
  return name.startsWith('us.') && names.includes(name.slice('us.'.length));
}

/** The maker and the maker's own name of a model of a cloud; undefined: the name tells none. */
export function modelOfMaker(catalogueId: string, name: string): readonly [maker: string, model: string] | undefined {
  if (catalogueId === 'google') return name.startsWith('claude-') ? ['anthropic', name.replace('@', '-')] : undefined;
  if (catalogueId !== 'aws') return undefined;
  const regional = PROFILE.exec(name)?.[2] ?? name.replace(CATALOGUE_PREFIX, '');
  const [, maker, model] = REGIONAL.exec(regional) ?? [];
  return maker === undefined || model === undefined ? undefined : [maker, model];
}

function valuesOf(match: MatchLogic): readonly string[] {
  if ('or' in match) return match.or.flatMap(valuesOf);
  if ('equals' in match) return [match.equals];
  if ('starts_with' in match) return [match.starts_with];
  if ('ends_with' in match) return [match.ends_with];
  return 'contains' in match ? [match.contains] : [];
}
