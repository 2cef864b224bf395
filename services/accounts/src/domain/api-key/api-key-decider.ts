import type { Decider } from '#decider/decider.ts';
import type { Refusal } from '#errors/error-table.ts';
import type { ApiKeyCommand } from './commands.ts';
import { decide } from './decide.ts';
import type { ApiKeyEvent } from './events.ts';
import { evolve } from './evolve.ts';
import type { ApiKeyState } from './state.ts';

/** The rules of a key's stream. */
export const apiKeyDecider: Decider<ApiKeyCommand, ApiKeyEvent, ApiKeyState, Refusal> = {
  initial: () => ({ status: 'absent' }),
  decide,
  evolve,
};
