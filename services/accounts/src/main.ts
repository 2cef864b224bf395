import { runModules } from '#host/run-modules.ts';
import { accountsModule } from './module.ts';

await runModules([accountsModule]);
