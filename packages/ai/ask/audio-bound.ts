import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { isJsonObject } from '#kernel/json.ts';
import { wrongType } from './problems.ts';

/**
 * The most tokens that a second of sound counts: OpenAI's models count 10, Mistral's 12.5, Qwen's 25, Gemini 32.
 */
const TOKENS_A_SECOND_MAX = 50;
const TOKENS_A_SECOND_USUAL = 10;

/** MP3 has no lower rate than 8 kbit/s, and no sampled sound that can be understood has one. */
const BYTES_A_SECOND_MIN = 1_000;
/** Speech is usually sent with some 64 kbit/s. */
const BYTES_A_SECOND_USUAL = 8_000;

/** A WAV's format stands in its first chunks. */
const HEADER_MAX_CHARACTERS = 64 * 1024;

/** What a sound in a request counts, and the bytes of the body that it takes up. */
interface AudioBound {
  readonly tokens: number;
  readonly estimate: number;
  readonly dataBytes: number;
}

/**
 * Bounds a sound (`{data, format}`, base64) by its bytes and the lowest rate that its encoding has. A WAV says its own rate:
 * one that claims to be slower, and so longer, is refused.
 */
export function audioBound(audio: unknown, param: string): AudioBound | { readonly refusal: Refusal } {
  if (!isJsonObject(audio)) return { refusal: wrongType(param, 'an object', audio) };
  const { data, format } = audio;
  if (typeof data !== 'string') return { refusal: wrongType(`${param}.data`, 'a base64 string', data) };
  // Some clients send a data URL.
  const comma = data.startsWith('data:') ? data.indexOf(',') : -1;
  const characters = data.length - comma - 1;
  const rate = wavRate(data.slice(comma + 1, comma + 1 + HEADER_MAX_CHARACTERS));
  // Of another encoding, or where its format cannot be found, its bytes count like those of text: a token for each.
  if (rate === 0 || (rate === null && format !== 'mp3')) return { tokens: 0, estimate: 0, dataBytes: 0 };
  if (rate !== null && rate < BYTES_A_SECOND_MIN) {
    const message = `The sound of '${param}' has fewer than ${BYTES_A_SECOND_MIN} bytes a second, so that its length cannot be priced.`;
    return { refusal: invalid(message, `${param}.data`) };
  }
  const bytes = Math.ceil((characters * 3) / 4);
  return {
    tokens: Math.ceil((bytes / BYTES_A_SECOND_MIN) * TOKENS_A_SECOND_MAX),
    estimate: Math.ceil((bytes / BYTES_A_SECOND_USUAL) * TOKENS_A_SECOND_USUAL),
    dataBytes: characters,
  };
}

/** Bytes a second by the format chunk of a WAV's beginning; null: it is no WAV, 0: its format is not to be found. */
function wavRate(beginning: string): number | null {
  const bytes = Buffer.from(beginning, 'base64');
  if (bytes.length < 12 || bytes.toString('latin1', 0, 4) !== 'RIFF') return null;
  for (let at = 12; at + 24 <= bytes.length; ) {
    if (bytes.toString('latin1', at, at + 4) === 'fmt ') {
      const samples = bytes.readUInt32LE(at + 12);
      const declared = bytes.readUInt32LE(at + 16);
      const blockBytes = bytes.readUInt16LE(at + 20);
      return Math.min(declared, samples * blockBytes);
    }
    at += 8 + bytes.readUInt32LE(at + 4);
  }
  return 0;
}
