import type { GoogleIdentity } from './google/service-account.ts';
import { vertexDoor } from './vertex/door.ts';
import { openModelsWire } from './vertex/open-models.ts';
import { rawPredictWire } from './vertex/raw-predict.ts';
import type { Wire } from './wire.ts';

const PLACE_PATTERN = /^\/v1(?:beta1)?\/projects\/[^/]+\/locations\/[^/]+\//;
const CLAUDE_PATTERN = /^publishers\/anthropic\/models\/([^/]+):(rawPredict|streamRawPredict)$/;

/** The wire of a path of Vertex AI that has another maker's models; undefined: it is none. */
export function vertexWireOf(path: string, identity: GoogleIdentity): Wire | undefined {
  const place = PLACE_PATTERN.exec(path)?.[0];
  if (place === undefined) return undefined;
  const rest = path.slice(place.length);
  if (rest === 'endpoints/openapi/chat/completions') return openModelsWire(vertexDoor(identity));
  const [, model, method] = CLAUDE_PATTERN.exec(rest) ?? [];
  if (model === undefined) return undefined;
  const addressed = { model: decodeURIComponent(model), stream: method === 'streamRawPredict' };
  return rawPredictWire(addressed, vertexDoor(identity));
}
