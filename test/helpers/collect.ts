/** All that an iterable gives. `Array.fromAsync` comes with Node 22. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** An input of these pieces, as often as it is opened. */
export function fileOf(
  name: string,
  ...pieces: readonly (string | Uint8Array)[]
): { readonly name: string; open(): AsyncGenerator<string | Uint8Array> } {
  return {
    name,
    async *open() {
      yield* pieces;
    },
  };
}
