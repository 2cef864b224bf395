import { create } from '@bufbuild/protobuf';
import type { AdminInput, AdminOutput } from '#contracts/admin.ts';
import type { LedgerPort } from '#contracts/admin-needs.ts';
import {
  GetUsageReportRequestSchema,
  ListRequestsRequestSchema,
  ListRequestsResponseSchema,
  type MyRequestLine,
  MyRequestLineSchema,
  type RequestLine,
} from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { getUsageReport, listRequests } from './requests.ts';

/** What a holder's own requests came to; always of that user, whatever else is asked. */
export async function getOwnUsage(
  ledger: Pick<LedgerPort, 'usageReport'>,
  userId: string,
  { $typeName: _, ...asked }: AdminInput<'getMyUsage'>,
  nowMs: number,
): Promise<AdminOutput<'getMyUsage'>> {
  const report = await getUsageReport(ledger, create(GetUsageReportRequestSchema, { ...asked, userId }), nowMs);
  return { lines: report.lines ?? [] };
}

/** A holder's own requests, the newest first. */
export async function listOwnRequests(
  ledger: Pick<LedgerPort, 'requests'>,
  userId: string,
  { $typeName: _, ...asked }: AdminInput<'listMyRequests'>,
): Promise<AdminOutput<'listMyRequests'>> {
  const page = await listRequests(ledger, create(ListRequestsRequestSchema, { ...asked, userId }));
  const { requests, hasMore } = create(ListRequestsResponseSchema, page);
  return { requests: requests.map(ownLine), hasMore };
}

/** Without where the request went, and by which route and account: that is the house's. */
function ownLine(line: RequestLine): MyRequestLine {
  return create(MyRequestLineSchema, {
    ...{ id: line.id, position: line.position, admittedAt: line.admittedAt, endedAt: line.endedAt },
    ...{ payerKind: line.payerKind || 'user', keyId: line.keyId, model: line.model, operation: line.operation },
    ...{ format: line.format, stream: line.stream, session: line.session, agent: line.agent, tags: line.tags },
    ...{ outcome: line.outcome, firstByteMs: line.firstByteMs, durationMs: line.durationMs },
    ...{ inputTokens: line.inputTokens, outputTokens: line.outputTokens },
    ...{ holdUsd: line.holdUsd, amountUsd: line.amountUsd, estimated: line.estimated },
  });
}
