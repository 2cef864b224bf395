import { deadLettersService } from '#dead-letters/dead-letters-service.ts';
import { PART } from '#host/connect-parts.ts';
import { leadFollowing, startProjections } from '#host/lead-service.ts';
import { runService } from '#host/run-service.ts';
import { serveGrpc } from '#host/serve-grpc.ts';
import { projectionsService } from '#journal/projections-service.ts';
import { systemClock } from '#kernel/clock.ts';
import { startAdmitResponder } from './api/admit-responder.ts';
import { quotaService } from './api/quota-service.ts';
import { tracedAdmit } from './api/traced-admit.ts';
import { quotaConfigFrom } from './config-from.ts';
import { createRepeatableAdmit } from './handlers/admit-again.ts';
import { leadQuota, loadAndFollow } from './quota.ts';

await runService({
  name: 'quota',
  hasSchema: true,
  usage: `Admission: the windows and balances of all accounts, decided in one process' memory. Of several processes one leads,
the others stand by.

Needs DATABASE_URL, NATS_URL, GATEWAY_JOURNAL_ADDRESSES, GATEWAY_ADMIN_TOKEN.
`,
  async start(host) {
    const { logger, metrics } = host;
    // First of all: a standby with settings it cannot lead by would be taken for a successor.
    const config = quotaConfigFrom(host.config);
    if (config.durability === 'overlapped')
      logger.warn('durability: overlapped holds within one process only; admissions are strict');
    const leadership = await leadFollowing(host, loadAndFollow);
    const { bus, term, following: books, isLeading, afterLease } = leadership;
    const quota = leadQuota({
      config: { ...config, durability: 'strict' },
      journal: term.journal,
      books,
      from: term.position,
      logger,
    });
    host.stack.defer(() => quota.close());
    const projections = await startProjections(host, leadership, quota.projections);
    await quota.ready();
    const repeatable = createRepeatableAdmit({ admit: quota.admit, journal: term.journal, clock: systemClock });
    const admit = tracedAdmit(repeatable, host.tracer);
    // Before gRPC, which has more to set up: admissions wait for nothing else.
    const responder = startAdmitResponder({ bus, part: PART, admit, isLeading, logger });
    host.stack.defer(() => responder.close());
    const deadLetters = deadLettersService([...projections.deadLetters, quota.deadLetters]);
    await serveGrpc(host, [quotaService(quota), projectionsService(projections), deadLetters], {
      isServing: isLeading,
      afterLease,
    });
    host.beforeMetrics(() => metrics.openHolds.set(quota.openHolds()));
  },
});
