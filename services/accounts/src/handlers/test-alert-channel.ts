import type { AdminInput, AdminOutput } from '#contracts/admin.ts';
import { Fault } from '#errors/fault.ts';
import { newId } from '#kernel/ids.ts';
import { notFound } from '../domain/resource/decide.ts';
import type { Ports } from '../ports.ts';

/** Sends a test through a channel now, a disabled one as well. Nothing of it goes into the log. */
export async function testAlertChannel(
  { registry, sendAlert, clock }: Pick<Ports, 'registry' | 'sendAlert' | 'clock'>,
  { id }: AdminInput<'testAlertChannel'>,
): Promise<AdminOutput<'testAlertChannel'>> {
  const channel = registry.get('alertChannel', id);
  if (channel === undefined) throw new Fault(notFound('alertChannel'));
  const startMs = clock();
  const { isDelivered, status, reason, said } = await sendAlert(channel, {
    alertId: newId(),
    ruleId: id,
    kind: 'test',
    subject: { kind: 'gateway', id: '', name: '' },
    threshold: '',
    facts: {},
    raisedAtMs: startMs,
  });
  const message = [reason, said].filter((text) => text !== '').join('. It said: ');
  return { ok: isDelivered, status, durationMs: Math.max(0, clock() - startMs), message };
}
