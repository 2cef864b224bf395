import type { FrontFormat } from '../../format.ts';
import { openAiResponses } from '../openai-responses/format.ts';
import { openWholeTap } from '../openai-responses/whole-tap.ts';
import { askCompact } from './ask.ts';
import { decodeCompact } from './decode.ts';
import { FORMAT } from './format-name.ts';
import { patchCompact } from './patch.ts';
import { writeCompaction } from './write-answer.ts';

/**
 * Compactions of conversations. A provider that lists this format compacts by itself; every other one is asked for a summary in
 * a format that it speaks.
 */
export const openAiCompact: FrontFormat = {
  name: FORMAT,
  operation: 'chat',
  server: {
    ...openAiResponses.server,
    ask: askCompact,
    decode: decodeCompact,
    writeAnswer: writeCompaction,
    openWriter: () => {
      throw new Error('a compaction is never streamed');
    },
  },
  client: {
    path: (basePath) => `${basePath}/responses/compact`,
    headers: (forwarded) => forwarded,
    forwardedHeaders: openAiResponses.client.forwardedHeaders,
    encode: null,
    openReader: null,
    patch: patchCompact,
    openTap: openWholeTap,
    readError: openAiResponses.client.readError,
    readUsage: openAiResponses.client.readUsage,
  },
};
