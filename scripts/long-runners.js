/** A test file that takes longer is named, again and again: a run that hangs says where. The longest takes 90 s. */
const LONG_MS = 180_000;

/** A reporter for jest: names the test files that have run for long. Plain JavaScript, since jest loads it by itself. */
export default class LongRunners {
  #startedAtMs = new Map();
  #timer;

  onRunStart() {
    this.#timer = setInterval(() => this.#report(), LONG_MS);
    this.#timer.unref();
  }

  onTestFileStart({ path }) {
    this.#startedAtMs.set(path, Date.now());
  }

  onTestFileResult({ path }) {
    this.#startedAtMs.delete(path);
  }

  onRunComplete() {
    clearInterval(this.#timer);
  }

  #report() {
    for (const [path, startedAtMs] of this.#startedAtMs) {
      const seconds = Math.round((Date.now() - startedAtMs) / 1000);
      if (seconds * 1000 >= LONG_MS) console.error(`still running after ${seconds} s: ${path}`);
    }
  }
}
