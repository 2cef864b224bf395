import { runModules } from '#host/run-modules.ts';
import { journalModule } from './module.ts';

await runModules([journalModule]);
