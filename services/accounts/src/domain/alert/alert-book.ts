import type { GatewayEvent } from '#contracts/events.ts';

/** The alert that was raised last of a rule, a subject and a threshold. */
export interface KnownAlert {
  readonly alertId: string;
  readonly ruleId: string;
  readonly subjectId: string;
  /** As its event names it. */
  readonly window: string;
  readonly isFiring: boolean;
}

/** Known alerts, by what they are about. Windows that are over are forgotten: no reading asks for them again. */
export type AlertBook = ReadonlyMap<string, KnownAlert>;

/** What an alert is about, as a key. No id and no threshold has a line break. */
export function aboutOf(about: {
  readonly ruleId: string;
  readonly subjectKind: string;
  readonly subjectId: string;
  readonly threshold: string;
}): string {
  return [about.ruleId, about.subjectKind, about.subjectId, about.threshold].join('\n');
}

/** The book after an event. */
export function evolveBook(book: AlertBook, event: GatewayEvent): AlertBook {
  switch (event.type) {
    case 'AlertRaised': {
      const { alertId, ruleId, subjectId, window } = event.data;
      return new Map(book).set(aboutOf(event.data), { alertId, ruleId, subjectId, window, isFiring: true });
    }
    case 'AlertResolved': {
      const { alertId } = event.data;
      const [about, known] = [...book].find(([, each]) => each.alertId === alertId) ?? [];
      if (about === undefined || known === undefined) return book;
      return new Map(book).set(about, { ...known, isFiring: false });
    }
    default:
      return book;
  }
}
