import { geminiErrorBody } from '../gemini-generate/error-body.ts';
import type { GeminiDoor } from '../gemini-generate/wire.ts';
import type { GoogleIdentity } from '../google/service-account.ts';
import { RequestProblem } from '../request-problem.ts';

const BEARER_PATTERN = /^Bearer\s+(\S+)$/i;
const EXPECTED =
  'Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.';

/** What all formats of Vertex AI have in common: an access token, and Google's errors. */
export function vertexDoor(identity: GoogleIdentity): GeminiDoor {
  return {
    requestIdHeader: 'x-goog-request-id',
    refuseHeaders({ authorization = '' }) {
      const token = BEARER_PATTERN.exec(authorization)?.[1];
      if (token === undefined) {
        return new RequestProblem(401, `Request is missing required authentication credential. ${EXPECTED}`);
      }
      if (identity.isGood(token)) return undefined;
      return new RequestProblem(401, `Request had invalid authentication credentials. ${EXPECTED}`);
    },
    errorBody: geminiErrorBody,
  };
}
