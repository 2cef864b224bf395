import type { DescMessage } from '@bufbuild/protobuf';
import {
  type ApiKeyCreatedJson,
  ApiKeyCreatedSchema,
  type ApiKeyRevokedJson,
  ApiKeyRevokedSchema,
  type BalanceCreditedJson,
  BalanceCreditedSchema,
  type UserCreatedJson,
  UserCreatedSchema,
} from './gen/gateway/events/v1/accounts_pb.js';
import {
  type AlertDeliveredJson,
  AlertDeliveredSchema,
  type AlertDeliveryFailedJson,
  AlertDeliveryFailedSchema,
  type AlertRaisedJson,
  AlertRaisedSchema,
  type AlertResolvedJson,
  AlertResolvedSchema,
  type AlertRetriedJson,
  AlertRetriedSchema,
} from './gen/gateway/events/v1/alerts_pb.js';
import {
  type ChargePostedJson,
  ChargePostedSchema,
  type PricePublishedJson,
  PricePublishedSchema,
} from './gen/gateway/events/v1/billing_pb.js';
import { type TermBeganJson, TermBeganSchema } from './gen/gateway/events/v1/journal_pb.js';
import {
  type AdminActedJson,
  AdminActedSchema,
  type BalanceDebitedJson,
  BalanceDebitedSchema,
  type LimitReachedJson,
  LimitReachedSchema,
  type ResourceRemovedJson,
  ResourceRemovedSchema,
  type ResourceSetJson,
  ResourceSetSchema,
} from './gen/gateway/events/v1/policy_pb.js';
import {
  type AdmissionWithdrawnJson,
  AdmissionWithdrawnSchema,
  type CandidateJson,
  type HoldExpiredJson,
  HoldExpiredSchema,
  type RequestAdmittedJson,
  RequestAdmittedSchema,
} from './gen/gateway/events/v1/quota_pb.js';
import { type UsageRecordedJson, UsageRecordedSchema } from './gen/gateway/events/v1/router_pb.js';
import {
  type ShadowCostPostedJson,
  ShadowCostPostedSchema,
  type ShadowRecordedJson,
  ShadowRecordedSchema,
} from './gen/gateway/events/v1/shadow_pb.js';

/** A protobuf-JSON shape with every field written out: what the gateway writes never leaves a field to its default. */
export type Written<T> = T extends readonly (infer Item)[]
  ? Written<Item>[]
  : T extends object
    ? { [K in keyof T]-?: Written<NonNullable<T[K]>> }
    : T;

/*
 * Columns that only old logs have. They are read as the lists that stand in their places now (`old-columns.ts`), and written no
 * more.
 */
type OldPriceColumns = 'unitPrices' | 'tiers';
type UsageRecorded = Omit<Written<UsageRecordedJson>, 'usage' | 'houseLosses' | 'attempts'> & {
  houseLosses: Omit<Written<UsageRecordedJson>['houseLosses'][number], 'usage'>[];
  attempts: Sparse<
    NonNullable<UsageRecordedJson['attempts']>[number],
    'provider' | 'model' | 'status' | 'error' | 'durationMs'
  >[];
};

/** Some fields written out, and the others where they say something: there are many of the kind in an event. */
type Sparse<T, K extends keyof T> = Written<Pick<T, K>> & Omit<T, K>;

/** A candidate in the log. */
export type EventCandidate = Sparse<CandidateJson, 'provider' | 'model' | 'priceKey' | 'priceVersion'>;

type RequestAdmitted = Omit<Written<RequestAdmittedJson>, 'candidates' | 'shadows'> & {
  candidates: EventCandidate[];
  shadows: EventCandidate[];
};

type ShadowRecorded = Omit<Written<ShadowRecordedJson>, 'candidate'> & { candidate: EventCandidate };

/** Every event the log can hold, by type, with the body as it stands in the log (int64 as decimal strings). */
export interface EventBodies {
  UserCreated: Written<UserCreatedJson>;
  BalanceCredited: Written<BalanceCreditedJson>;
  ApiKeyCreated: Written<ApiKeyCreatedJson>;
  ApiKeyRevoked: Written<ApiKeyRevokedJson>;
  RequestAdmitted: RequestAdmitted;
  AdmissionWithdrawn: Written<AdmissionWithdrawnJson>;
  HoldExpired: Written<HoldExpiredJson>;
  UsageRecorded: UsageRecorded;
  PricePublished: Omit<Written<PricePublishedJson>, OldPriceColumns>;
  ChargePosted: Written<ChargePostedJson>;
  ShadowRecorded: ShadowRecorded;
  ShadowCostPosted: Written<ShadowCostPostedJson>;
  TermBegan: Written<TermBeganJson>;
  /** One of the resource's kinds is there. Read with `fromJson`: it has fields of its own time. */
  ResourceSet: ResourceSetJson;
  ResourceRemoved: Written<ResourceRemovedJson>;
  BalanceDebited: Written<BalanceDebitedJson>;
  AdminActed: Written<AdminActedJson>;
  LimitReached: Written<LimitReachedJson>;
  AlertRaised: Written<AlertRaisedJson>;
  AlertResolved: Written<AlertResolvedJson>;
  AlertDelivered: Written<AlertDeliveredJson>;
  AlertDeliveryFailed: Written<AlertDeliveryFailedJson>;
  AlertRetried: Written<AlertRetriedJson>;
}

export type EventType = keyof EventBodies;

/** An event's type and body: a union, so that a `switch` on `type` narrows `data`. */
export type GatewayEvent<T extends EventType = EventType> = { [K in T]: { type: K; data: EventBodies[K] } }[T];

/** The protobuf message of each event type. */
export const eventSchemas: { readonly [K in EventType]: DescMessage } = {
  UserCreated: UserCreatedSchema,
  BalanceCredited: BalanceCreditedSchema,
  ApiKeyCreated: ApiKeyCreatedSchema,
  ApiKeyRevoked: ApiKeyRevokedSchema,
  RequestAdmitted: RequestAdmittedSchema,
  AdmissionWithdrawn: AdmissionWithdrawnSchema,
  HoldExpired: HoldExpiredSchema,
  UsageRecorded: UsageRecordedSchema,
  PricePublished: PricePublishedSchema,
  ChargePosted: ChargePostedSchema,
  ShadowRecorded: ShadowRecordedSchema,
  ShadowCostPosted: ShadowCostPostedSchema,
  TermBegan: TermBeganSchema,
  ResourceSet: ResourceSetSchema,
  ResourceRemoved: ResourceRemovedSchema,
  BalanceDebited: BalanceDebitedSchema,
  AdminActed: AdminActedSchema,
  LimitReached: LimitReachedSchema,
  AlertRaised: AlertRaisedSchema,
  AlertResolved: AlertResolvedSchema,
  AlertDelivered: AlertDeliveredSchema,
  AlertDeliveryFailed: AlertDeliveryFailedSchema,
  AlertRetried: AlertRetriedSchema,
};
