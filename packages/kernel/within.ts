/** Whether a promise resolves in time. The promise goes on either way. Rejects if the promise rejects in time. */
export async function within(promise: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const late = Promise.withResolvers<false>();
  const timer = setTimeout(() => late.resolve(false), timeoutMs);
  // After the bound, a rejection has no other handler.
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise.then(() => true as const), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
