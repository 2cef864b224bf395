import type { ProviderCall } from '../ports.ts';

/** All bytes of an answer; null (and the call broken off) where there are more than the bound. */
export async function readAll(call: ProviderCall, maxBytes: number): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  let totalBytes = 0;
  for (let bytes = await call.read(); bytes !== null; bytes = await call.read()) {
    parts.push(bytes);
    totalBytes += bytes.length;
    if (totalBytes > maxBytes) {
      call.abort();
      return null;
    }
  }
  const [first] = parts;
  return parts.length === 1 && first ? first : Buffer.concat(parts, totalBytes);
}
