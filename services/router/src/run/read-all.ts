import { createByteStore } from '../byte-store.ts';
import type { ProviderCall } from '../ports.ts';

/** All bytes of an answer; null (and the call broken off) where there are more than the bound. */
export async function readAll(call: ProviderCall, maxBytes: number): Promise<Buffer | null> {
  const read = createByteStore();
  for (let bytes = await call.read(); bytes !== null; bytes = await call.read()) {
    read.append(bytes);
    if (read.length() > maxBytes) {
      call.abort();
      return null;
    }
  }
  return read.take();
}
