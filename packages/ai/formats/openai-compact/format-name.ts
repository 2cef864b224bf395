/** A conversation that is to be made shorter, as `POST /v1/responses/compact` takes it. */
export const FORMAT = 'openai-compact';
