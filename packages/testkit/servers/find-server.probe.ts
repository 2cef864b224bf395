/** Looks for one server, and writes what was found. A daemon that hangs would keep the process: it ends by itself. */
import { findServer } from './find-server.ts';
import type { ServerName } from './server-kinds.ts';

console.log(JSON.stringify(await findServer(process.argv[2] as ServerName)));
process.exit();
