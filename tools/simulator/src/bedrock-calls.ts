import type { BedrockDoor } from './aws/bedrock-door.ts';
import { converseWire } from './bedrock-converse/wire.ts';
import { invokeWire } from './bedrock-invoke/wire.ts';
import type { Wire } from './wire.ts';

const CALL_PATTERN = /^\/model\/([^/]+)\/(converse|converse-stream|invoke|invoke-with-response-stream)$/;

/** The wire of a path of Bedrock's runtime; undefined: it is none. */
export function bedrockWireOf(path: string, door: BedrockDoor): Wire | undefined {
  const [, encodedModel, method] = CALL_PATTERN.exec(path) ?? [];
  if (encodedModel === undefined || method === undefined) return undefined;
  const addressed = { model: decodeURIComponent(encodedModel), stream: method.includes('stream') };
  return method.startsWith('converse') ? converseWire(addressed, door) : invokeWire(addressed, door);
}
