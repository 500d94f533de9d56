/** How long a bench runs: `quick` tries the bench itself, and its figures are worth nothing. */
export interface Effort {
  readonly quick: boolean;
  /** Takes the minutes that the largest amounts need. */
  readonly full: boolean;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? Number.NaN) + high) / 2;
}

/**
 * Runs each candidate once a round, in turn, so that what else happens on the machine meets all of them alike; the
 * order turns round with each round. Answers the median of each. One round before the first is thrown away.
 */
export async function alternate<Name extends string>(
  rounds: number,
  candidates: Readonly<Record<Name, () => Promise<number>>>,
): Promise<Record<Name, number>> {
  const names = Object.keys(candidates) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = -1; round < rounds; round++)
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const value = await candidates[name]();
      if (round >= 0) results[name].push(value);
    }
  return Object.fromEntries(names.map((name) => [name, median(results[name])])) as Record<Name, number>;
}

/** Milliseconds that a piece of work takes. */
export async function timed(work: () => Promise<void>): Promise<number> {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/** Keeps `callers` calls going until `total` have ended. Answers how many ended a second. */
export async function perSecond(
  callers: number,
  total: number,
  call: (index: number) => Promise<void>,
): Promise<number> {
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < total) await call(next++);
  };
  const took = await timed(async () => {
    await Promise.all(Array.from({ length: callers }, caller));
  });
  return (total / took) * 1000;
}

/** A generator whose every run draws the same numbers: xorshift32. */
export function drawer(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
