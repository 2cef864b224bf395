import type { LeftOut, RouteRequest } from '#contracts/routing.ts';
import type { KnownCandidate } from './known-candidate.ts';

/** What is left of a model's candidates for a request, and what is not. */
export interface Sifted {
  readonly kept: readonly KnownCandidate[];
  readonly leftOut: readonly LeftOut[];
}

const CONTEXT = 'context';

/**
 * Leaves out what cannot serve a request, before anything is called.
 *
 * A region is the client's word on where its data may go: what is in another one, or in none that is known, is left out, and it
 * may be that nothing is left. The rest is the catalogue's word, which may be wrong: what is not known is kept, and where
 * no candidate of the model that was asked for seems able to serve the request, all of them are kept, and the provider says. Where
 * the prompt is too long for all of them, and a model stands in for that, it is asked at once.
 */
export function sift(candidates: readonly KnownCandidate[], request: RouteRequest): Sifted {
  if (candidates.every((known) => reasonOf(known, request) === '')) return { kept: candidates, leftOut: [] };
  const reasons = new Map(
    candidates.map((known) => [known, reasonOf(known, request)] as const).filter(([, reason]) => reason !== ''),
  );
  const asked = candidates.filter((known) => stageOf(known) === 0 && reasons.get(known) !== 'region');
  const isHopeless = asked.length > 0 && asked.every((known) => reasons.has(known));
  const isTooLong = isHopeless && asked.some((known) => reasons.get(known) === CONTEXT);
  const wider = candidates.filter((known) => standsInFor(known) === 'context_window' && !reasons.has(known));
  const isWiderAsked = isTooLong && wider.length > 0;
  if (isHopeless && !isWiderAsked) for (const known of asked) reasons.delete(known);
  const left = candidates.filter((known) => !reasons.has(known));
  const kept = isWiderAsked ? left.map((known) => (wider.includes(known) ? forAnything(known) : known)) : left;
  const leftOut = candidates.flatMap((known) => leftOutBy(known, reasons.get(known)));
  return { kept: fromTheFirst(kept), leftOut };
}

/**
 * With the first of the stages that are left, where that of the model itself is not. Models that stand in for one failure stand in
 * for nothing where there is nobody to fail.
 */
function fromTheFirst(kept: readonly KnownCandidate[]): readonly KnownCandidate[] {
  const usual = kept.filter((known) => standsInFor(known) === '').map(stageOf);
  if (usual.length === 0) return [];
  const first = Math.min(...usual);
  if (first === 0) return kept;
  return kept.map((known) => {
    if (stageOf(known) !== first || standsInFor(known) !== '') return known;
    const { stage: _stage, ...candidate } = known.candidate;
    return { ...known, candidate };
  });
}

function reasonOf(known: KnownCandidate, request: RouteRequest): string {
  return isElsewhere(known, request) ? 'region' : unfitness(known, request);
}

/** Whether the candidate is not known to be in the region that is asked for. */
export function isElsewhere(
  { region }: Pick<KnownCandidate, 'region'>,
  request: Pick<RouteRequest, 'region'>,
): boolean {
  return request.region !== '' && region !== request.region;
}

/** Why a candidate cannot serve a request, as `LeftOut` has it; empty: it can, as far as is known. */
export function unfitness(
  { modalities, capabilities, promptTokensMax }: KnownCandidate,
  request: Pick<RouteRequest, 'modalities' | 'capabilities' | 'promptTokensEstimate'>,
): string {
  const modality = missing(request.modalities, modalities);
  if (modality !== undefined) return `modality:${modality}`;
  const capability = missing(request.capabilities, capabilities);
  if (capability !== undefined) return `capability:${capability}`;
  return promptTokensMax > 0 && request.promptTokensEstimate > promptTokensMax ? CONTEXT : '';
}

function missing(wanted: readonly string[], known: readonly string[]): string | undefined {
  return known.length === 0 ? undefined : wanted.find((each) => !known.includes(each));
}

function leftOutBy({ candidate: { provider, model } }: KnownCandidate, reason: string | undefined): readonly LeftOut[] {
  return reason === undefined ? [] : [{ provider, model, reason }];
}

function stageOf({ candidate: { stage = 0 } }: KnownCandidate): number {
  return stage;
}

function standsInFor({ candidate }: KnownCandidate): string {
  return candidate.standsInFor ?? '';
}

function forAnything(known: KnownCandidate): KnownCandidate {
  const { standsInFor: _standsInFor, ...candidate } = known.candidate;
  return { ...known, candidate };
}
