import type { ModelTable } from '#registry/model-table.ts';
import type { Ports } from './ports.ts';
import type { FoundCredit } from './queries/find-credit.ts';
import type { ReadDependencies } from './queries/read-resources.ts';
import type { HistoryDependencies } from './queries/resources-at.ts';

/** What administration is decided and read with. */
export interface AdminDependencies extends Ports, ReadDependencies {
  readonly findCredit: (creditId: string) => Promise<FoundCredit | undefined>;
  readonly models: ModelTable;
  readonly folded: HistoryDependencies['folded'];
}
