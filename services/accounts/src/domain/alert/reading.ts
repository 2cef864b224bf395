import type { AlertKind, AlertSubject } from './alert-message.ts';

/** What one look found of one subject against one threshold of one rule. */
export interface Reading {
  readonly ruleId: string;
  readonly kind: AlertKind;
  readonly subject: AlertSubject;
  /** "80 %", "10.00 USD", ... A rule's threshold that is changed is another one. */
  readonly threshold: string;
  /**
   * `over`: it is to be told of. `clear`: it is well. `between`: neither; what was told stays as it is (hysteresis), so that a value
   * at the threshold does not tell of itself at every look.
   */
  readonly state: 'over' | 'clear' | 'between';
  /** Of what is counted anew in each window: told of once in each. Absent: told of again once it was clear. */
  readonly window?: AlertWindow;
  readonly facts: Readonly<Record<string, string>>;
}

/** A window of a limit. */
export interface AlertWindow {
  /** Of the limit: a later one counts something else. */
  readonly generation: number;
  /** 0: it never ends. */
  readonly endMs: number;
}

/** What the looks at all subjects of one rule found. */
export interface RuleReadings {
  readonly ruleId: string;
  readonly readings: readonly Reading[];
  /** Whoever was asked answered: a subject without a reading is watched no more. */
  readonly isWhole: boolean;
}

/** A window as an event names it. */
export function windowText({ generation, endMs }: AlertWindow): string {
  return `${generation}/${endMs}`;
}

/** Whether a window came before another one: a look at numbers that were on their way tells nothing new. */
export function isBefore(window: AlertWindow, text: string): boolean {
  const [generation = 0, endMs = 0] = text.split('/').map(Number);
  return window.generation < generation || (window.generation === generation && window.endMs < endMs);
}
