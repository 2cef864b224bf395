import { runModules } from '#host/run-modules.ts';
import { billingModule } from './module.ts';

await runModules([billingModule]);
