import type { GatewayEvent } from './events.ts';
import { streams } from './streams.ts';

/** The stream an event belongs to. */
export function homeStream(event: GatewayEvent): string {
  switch (event.type) {
    case 'UserCreated':
      return streams.user(event.data.userId);
    case 'BalanceCredited': {
      const { userId, payerKind, payerId } = event.data;
      return payerKind === '' ? streams.user(userId) : streams.resource(payerKind, payerId);
    }
    case 'BalanceDebited':
      return streams.debit(event.data.debitId);
    case 'ApiKeyCreated':
    case 'ApiKeyRevoked':
      return streams.key(event.data.keyId);
    case 'ResourceSet': {
      const [[kind, resource] = ['', {}]] = Object.entries(event.data.resource ?? {});
      return streams.resource(kind, resource.id ?? '');
    }
    case 'ResourceRemoved':
      return streams.resource(event.data.kind, event.data.id);
    case 'AdminActed':
      return streams.action(event.data.actionId);
    case 'LimitReached':
      return streams.limitReached(event.data.limitId);
    case 'AlertRaised':
    case 'AlertResolved':
    case 'AlertDelivered':
    case 'AlertDeliveryFailed':
    case 'AlertRetried':
      return streams.alert(event.data.alertId);
    case 'PricePublished':
      return streams.price(event.data.priceKey);
    case 'ShadowRecorded':
    case 'ShadowCostPosted':
      return streams.shadow(event.data.requestId);
    case 'TermBegan':
      return streams.term(event.data.service);
    case 'RequestAdmitted':
    case 'AdmissionWithdrawn':
    case 'UsageRecorded':
    case 'HoldExpired':
    case 'ChargePosted':
      return streams.request(event.data.requestId);
  }
}
