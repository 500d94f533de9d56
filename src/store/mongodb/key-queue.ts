/**
 * Callers of this process who want the same keys, one after the other. It spares them losing races against each other; that nothing is
 * counted wrongly is the database's affair, since other processes do not stand in this line.
 */
export class KeyQueue {
  readonly #last = new Map<string, Promise<void>>();

  /** Runs the task once nobody of those who came before still holds one of the keys. */
  async run<T>(keys: readonly string[], task: () => Promise<T>): Promise<T> {
    const before = keys.map((key) => this.#last.get(key));
    let leave: () => void = () => undefined;
    const mine = new Promise<void>((resolve) => {
      leave = resolve;
    });
    // In one go with the look above, so that two callers never wait for each other.
    for (const key of keys) this.#last.set(key, mine);
    try {
      await Promise.all(before);
      return await task();
    } finally {
      leave();
      for (const key of keys) if (this.#last.get(key) === mine) this.#last.delete(key);
    }
  }
}
