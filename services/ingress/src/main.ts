import { runModules } from '#host/run-modules.ts';
import { ingressModule } from './module.ts';

await runModules([ingressModule]);
