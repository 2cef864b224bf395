import { createRemoteAdmin } from '#clients/admin/remote-admin.ts';
import type { AdminPort } from '#contracts/admin.ts';
import { faultFrom } from '#errors/fault.ts';
import type { Connection } from '../connection.ts';

/**
 * Asks administration, whichever of the addresses it is at. A server that does not administer knows no personal token, so that
 * one that refuses the token is no reason to give up while there are others.
 */
export async function withAdmin<T>(connection: Connection, use: (admin: AdminPort) => Promise<T>): Promise<T> {
  const { addresses } = connection;
  const tries = addresses.length > 1 ? [addresses, ...addresses.map((address) => [address])] : [addresses];
  let failure: unknown;
  for (const asked of tries) {
    const { port, close } = createRemoteAdmin({ ...connection, addresses: asked }, { isTokensOwn: true });
    try {
      return await use(port);
    } catch (thrown) {
      const { code } = faultFrom(thrown);
      if (code !== 'invalid_admin_token' && code !== 'method_not_allowed') throw thrown;
      failure ??= thrown;
    } finally {
      close();
    }
  }
  throw failure;
}
