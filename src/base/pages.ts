import { requireInteger } from "./input.js";

/** How many items a page holds: 1 to 1000, 50 unless asked. */
export function pageSize(asked: number | undefined): number {
  return asked === undefined ? 50 : requireInteger(asked, "size", 1, 1000);
}

/** Walks through all pages, one request to the store at a time. */
export async function* everyItem<T>(
  page: (
    after: string | undefined,
  ) => Promise<{ readonly items: readonly T[]; readonly next: string | null }>,
): AsyncGenerator<T> {
  let after: string | undefined;
  for (;;) {
    const { items, next } = await page(after);
    yield* items;
    if (next === null) return;
    after = next;
  }
}
