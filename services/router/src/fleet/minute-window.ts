const SLOT_MS = 5_000;
/** A minute and the slot that is being filled: never less than the last sixty seconds. */
const SLOTS = 13;

/** Sums over the last minute, in steps of five seconds. */
export class MinuteWindow {
  private readonly slots = new Float64Array(SLOTS);
  private slot = 0;
  private sum = 0;

  add(amount: number, nowMs: number): void {
    this.moveTo(nowMs);
    this.slots[this.slot % SLOTS] = (this.slots[this.slot % SLOTS] ?? 0) + amount;
    this.sum += amount;
  }

  total(nowMs: number): number {
    this.moveTo(nowMs);
    return this.sum;
  }

  private moveTo(nowMs: number): void {
    const slot = Math.floor(nowMs / SLOT_MS);
    if (slot <= this.slot) return;
    if (slot - this.slot >= SLOTS) {
      this.slots.fill(0);
      this.sum = 0;
    }
    for (let passed = Math.max(this.slot + 1, slot - SLOTS + 1); passed <= slot && this.sum > 0; passed += 1) {
      this.sum -= this.slots[passed % SLOTS] ?? 0;
      this.slots[passed % SLOTS] = 0;
    }
    this.slot = slot;
  }
}
