import type { AnswerContext } from '../../format.ts';

/** The beginning of ids of chat answers. */
const ID_PREFIX = 'chatcmpl-';

/** What every chunk and document of an answer begins with. */
export interface AnswerHead {
  readonly id: string;
  readonly created: number;
  readonly model: string;
}

/** `start`: what the provider says; null: nothing yet. Its id is kept where it is one of this format. */
export function answerHead(
  start: { readonly id: string; readonly model: string; readonly createdAtS: number } | null,
  { model, requestId, nowS }: AnswerContext,
  idPrefix = ID_PREFIX,
): AnswerHead {
  return {
    id: start?.id.startsWith(idPrefix) ? start.id : `${idPrefix}${requestId}`,
    created: start === null || start.createdAtS === 0 ? nowS : start.createdAtS,
    model: start === null || start.model === '' ? model : start.model,
  };
}
