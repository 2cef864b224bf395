import type { ContainerRuntimeClient } from 'testcontainers';
import { docker, settleReaper } from '../docker.ts';
import { rejectWhenLate } from '../reject-when-late.ts';
import type { Source } from './source.ts';

/**
 * Where there is no daemon, that is known at once. On a machine busy with ten other things an answer has been seen to take
 * three seconds. A daemon that hangs must not hold up the tests for ever, which can do without.
 */
const ANSWER_TIMEOUT_MS = 10_000;
/** PostgreSQL's image has some 150 MB. */
const PULL_TIMEOUT_MS = 300_000;

/** A container, where a Docker daemon answers that has the image or can get it. */
export const container: Source = {
  name: 'container',
  isOwn: true,
  async find(kind) {
    const image = process.env[kind.imageVariable] || kind.image;
    let runtime: ContainerRuntimeClient;
    // Loading the package is not the daemon's time.
    await import('testcontainers');
    try {
      runtime = await rejectWhenLate(docker(), ANSWER_TIMEOUT_MS);
    } catch {
      return { missing: 'no Docker daemon answers' };
    }
    try {
      await rejectWhenLate(pull(runtime, image), PULL_TIMEOUT_MS);
      await settleReaper(runtime);
      return { at: image };
    } catch (error) {
      return { missing: `the Docker daemon cannot provide ${image}: ${(error as Error).message}` };
    }
  },
};

async function pull(runtime: ContainerRuntimeClient, image: string): Promise<void> {
  const { ImageName } = await import('testcontainers');
  const name = ImageName.fromString(image);
  if (await runtime.image.exists(name)) return;
  console.error(`Pulling ${image}`);
  await runtime.image.pull(name);
  // A pull that fails on the way ends without an error.
  if (!(await runtime.image.exists(name))) throw new Error('it could not be pulled');
}
