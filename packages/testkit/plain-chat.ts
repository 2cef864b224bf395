import { type AdmitRequest, noAttribution } from '#contracts/quota.ts';

/** What an admission is asked for beside its numbers, of a chat request with text alone. */
export const plainChat: Pick<
  AdmitRequest,
  'operation' | 'format' | 'otherUnits' | 'counts' | 'serviceTier' | 'attribution'
> = {
  operation: 'chat',
  format: 'openai-chat',
  otherUnits: [],
  counts: {},
  serviceTier: '',
  attribution: noAttribution,
};
