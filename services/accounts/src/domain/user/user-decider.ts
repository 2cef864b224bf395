import type { Decider } from '#decider/decider.ts';
import type { Refusal } from '#errors/error-table.ts';
import { unreachable } from '#kernel/unreachable.ts';
import type { UserCommand } from './commands.ts';
import { createUser } from './create-user.ts';
import { creditBalance } from './credit-balance.ts';
import type { UserEvent } from './events.ts';
import { evolve } from './evolve.ts';
import type { UserState } from './state.ts';

/** The rules of a user's stream. */
export const userDecider: Decider<UserCommand, UserEvent, UserState, Refusal> = {
  initial: () => ({ status: 'absent' }),
  decide: (command, state) => {
    switch (command.type) {
      case 'CreateUser':
        return createUser(command, state);
      case 'CreditBalance':
        return creditBalance(command, state);
      default:
        return unreachable(command);
    }
  },
  evolve,
};
