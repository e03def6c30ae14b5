/** A queue that works on a bounded number of its items at a time. */
export class Lane<Item> {
  private readonly limit: number;
  private readonly work: (item: Item) => Promise<void>;
  private items: (Item | undefined)[] = [];
  private head = 0;
  private active = 0;
  private stopped = false;
  private whenIdle: (() => void)[] = [];

  /** `work` must not reject. */
  constructor(limit: number, work: (item: Item) => Promise<void>) {
    this.limit = limit;
    this.work = work;
  }

  get waiting(): number {
    return this.items.length - this.head;
  }

  push(item: Item): void {
    this.items.push(item);
    this.pump();
  }

  /** Starts nothing more; resolves when the items at work are done. */
  stop(): Promise<void> {
    this.stopped = true;
    return this.active === 0 ? Promise.resolve() : new Promise((resolve) => this.whenIdle.push(resolve));
  }

  private pump(): void {
    while (!this.stopped && this.active < this.limit && this.head < this.items.length) {
      const item = this.take();
      if (item !== undefined) this.start(item);
    }
  }

  private start(item: Item): void {
    this.active++;
    void this.work(item).finally(() => {
      this.active--;
      this.pump();
      if (this.active === 0) for (const resolve of this.whenIdle.splice(0)) resolve();
    });
  }

  private take(): Item | undefined {
    const item = this.items[this.head];
    this.items[this.head++] = undefined;
    if (this.head > 1024 && this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return item;
  }
}
