import type { Format } from '../../format.ts';
import { encodeConverseRequest } from './encode.ts';
import { FORMAT } from './format-name.ts';
import { readConverseError } from './read-error.ts';
import { openConverseReader } from './reader.ts';
import { readConverseUsage } from './usage.ts';

/** Converse, in which Amazon Bedrock has the models of all makers. No client speaks it to the gateway. */
export const bedrockConverse: Format = {
  name: FORMAT,
  operation: 'chat',
  server: null,
  client: {
    path: (basePath, { model, isStream }) =>
      `${basePath}/model/${encodeURIComponent(model)}/${isStream ? 'converse-stream' : 'converse'}`,
    headers: () => ({}),
    forwardedHeaders: [],
    framing: 'aws-event-stream',
    encode: encodeConverseRequest,
    openReader: openConverseReader,
    readError: readConverseError,
    readUsage: (usage) => readConverseUsage(usage),
  },
};
