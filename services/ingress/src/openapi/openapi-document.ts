import type { JsonSchema } from '#admin-api/json-schema.ts';
import { JSON_TYPE } from '../http/error-form.ts';
import type { Handler } from '../http/exchange.ts';
import { answerShared, sharedBody } from '../http/shared-body.ts';
import { adminOperations, adminSchemas } from './admin-operations.ts';
import { clientOperations } from './client-operations.ts';
import { errorComponents, errorSchemas } from './error-responses.ts';

/** The whole API as an OpenAPI 3.1 document: administration from its description, the rest from one table. */
export function openApiDocument(): JsonSchema {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { verb, path, document } of [...clientOperations(), ...adminOperations()]) {
    paths[path] = { ...paths[path], [verb]: document };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'AI API gateway',
      version: '1',
      description:
        'The API that OpenAI clients call, and administration. Unknown fields and query parameters of administration are refused. Every answer has an `x-request-id`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: { ...errorSchemas, ...adminSchemas() },
      responses: errorComponents(),
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key, `ak_…`.' },
        adminToken: {
          type: 'http',
          scheme: 'bearer',
          description: "The gateway's admin token, or a personal one, `at_…`.",
        },
      },
    },
  };
}

/** `GET /openapi.json`. Made once, with the first question. */
export function openApiHandler(): Handler {
  const body = sharedBody(() => JSON.stringify(openApiDocument()));
  return async (exchange) => {
    answerShared(exchange, await body(), { 'content-type': JSON_TYPE, 'cache-control': 'no-cache' });
  };
}
