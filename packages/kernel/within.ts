/** Whether a promise has resolved in time; it goes on either way. Rejects as it does, where it does in time. */
export async function within(promise: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const late = Promise.withResolvers<false>();
  const timer = setTimeout(() => late.resolve(false), timeoutMs);
  // After the bound nobody hears of its failure.
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise.then(() => true as const), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
