import { create } from '@bufbuild/protobuf';
import type { AdminOutput } from '#contracts/admin.ts';
import { ExplainRequestResponseSchema } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { Fault } from '#errors/fault.ts';
import type { StoredLog } from '#journal/stored-log.ts';
import { parseMultiplier } from '#money/multiplier.ts';
import { paidUsdPerMillion } from '#money/paid-price.ts';
import { parseUsdPerMtok } from '#money/usd-per-mtok.ts';
import type { Registry } from '#registry/registry.ts';
import { explainRequest } from './explain-request.ts';
import { ownerOfNothing } from './own-keys.ts';

/**
 * The story of a holder's own request: what it used and cost, and its proof. Another's is not found, as one that never was. Where it
 * went and how limits of others stood is the house's.
 */
export async function explainOwnRequest(
  dependencies: { readonly log: StoredLog; readonly registry: Pick<Registry, 'get'> },
  userId: string,
  id: string,
): Promise<AdminOutput<'explainMyRequest'>> {
  const told = await explainRequest(dependencies, id).catch((thrown: unknown) => {
    throw thrown instanceof Fault && thrown.code === 'not_found' ? ownerOfNothing('request') : thrown;
  });
  const { admission, usage, charge, expiry, ...story } = create(ExplainRequestResponseSchema, told);
  if (story.userId !== userId) throw ownerOfNothing('request');
  const multiplier = parseMultiplier(admission?.multiplier ?? '') ?? 0;
  return {
    ...{ id, state: story.state, ending: story.ending, payerKind: story.payerKind },
    ...{ keyId: story.keyId, keyName: story.keyName, proof: story.proof },
    admittedAt: admission?.at ?? '',
    model: admission?.model ?? '',
    format: admission?.format ?? '',
    operation: admission?.operation ?? '',
    stream: admission?.stream ?? false,
    holdUsd: admission?.holdUsd ?? '',
    releasedUsd: charge?.releasedUsd ?? expiry?.releasedUsd ?? '',
    quantities: usage?.quantities ?? [],
    serviceTier: usage?.serviceTier ?? '',
    estimated: usage?.estimated ?? false,
    lines: (charge?.lines ?? []).map(({ unit, quantity, usdPerMillion }) => ({
      ...{ unit, quantity },
      usdPerMillion: paidUsdPerMillion(parseUsdPerMtok(usdPerMillion), multiplier),
    })),
    exactNanoUsd: charge?.exactNanoUsd ?? '',
    amountUsd: charge?.amountUsd ?? '',
    recomputes: charge?.recomputes ?? false,
    firstByteMs: usage?.firstByteMs ?? 0,
    durationMs: usage?.durationMs ?? 0,
  };
}
