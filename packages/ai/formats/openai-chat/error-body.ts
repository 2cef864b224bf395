import { errorTable, type Refusal } from '#errors/error-table.ts';

/** OpenAI's error document, as its SDKs read it. */
export interface OpenAiErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
}

/** A refusal as OpenAI's error document; the HTTP status is the table's. */
export function openAiErrorBody(refusal: Refusal): OpenAiErrorBody {
  return {
    error: {
      message: refusal.message,
      type: errorTable[refusal.code].type,
      param: refusal.param ?? null,
      code: refusal.code,
    },
  };
}
