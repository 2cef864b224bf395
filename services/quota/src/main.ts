import { runModules } from '#host/run-modules.ts';
import { quotaModule } from './module.ts';

await runModules([quotaModule]);
