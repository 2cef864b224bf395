import { connectOnce } from '#bus/connect-once.ts';
import { type Check, fail, ok, reasonOf } from './finding.ts';

/** Whether NATS answers, where the services are processes of their own. */
export const checkBus: Check = async ({ config }) => {
  const { natsUrl: servers, natsUser: user, natsPassword: password, natsCa: caFile } = config;
  if (servers.length === 0) return [ok('bus', 'none is set: the gateway is one process')];
  const where = servers.join(', ');
  try {
    const connection = await connectOnce({ servers, user, password, caFile, name: 'gatewayctl doctor' });
    const server = connection.getServer();
    await connection.close();
    return [ok('bus', `NATS answers at ${server}`)];
  } catch (thrown) {
    const advice = 'start it, or correct NATS_URL, NATS_USER, NATS_PASSWORD and NATS_CA';
    return [fail('bus', `NATS does not answer at ${where}: ${reasonOf(thrown)}`, advice)];
  }
};
