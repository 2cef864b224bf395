import { runModules } from '#host/run-modules.ts';
import { routerModule } from './module.ts';

await runModules([routerModule]);
