import type { ReactNode } from 'react';
import type { Balance } from '../../api/gen/index.ts';
import { Usd } from '../../ui/shown.tsx';

/** A balance, as facts of whose it is. */
export function balanceFacts(balance: Balance | null | undefined): readonly (readonly [string, ReactNode])[] {
  return [
    ['Available', <Usd key="available" amount={balance?.available_usd} />],
    ['Held', <Usd key="held" amount={balance?.held_usd} />],
    ['Charged', <Usd key="charged" amount={balance?.charged_usd} />],
    ['Credited', <Usd key="credited" amount={balance?.credited_usd} />],
  ];
}
