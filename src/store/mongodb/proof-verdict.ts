/** How many callers took part in each race of the proof. */
export const RACERS = 200;
/** How many documents with one key in common were to be inserted, and how many tries there were to be charged. */
export const INSERTERS = 50;
export const TRIES = 20;

/** What the races came to, by what the server itself answered and by what lay in it afterwards. */
export interface RaceResults {
  /** Of {@link RACERS} increments by one: how many were acknowledged, and what the counter came to. */
  readonly increments: { readonly acknowledged: number; readonly counted: number };
  /** Of {@link RACERS} who would take what nobody has: how many were told that they got it. */
  readonly takers: number;
  /** Of {@link RACERS} who would charge one of {@link TRIES}: how many were told that they did, and how many different rests they saw. */
  readonly charges: { readonly acknowledged: number; readonly rests: number };
  /** Of {@link INSERTERS} documents with one key in common: how many were taken in, and how many lay there afterwards. */
  readonly inserts: { readonly acknowledged: number; readonly kept: number };
  /** Of {@link INSERTERS} upserts of one id: how many said that they inserted it. */
  readonly upserts: number;
  /** Whether a document was let take over the key of another by an update. */
  readonly tookKey: boolean;
  /** Whether the plain `$lookup` found what it was to join. */
  readonly joined: boolean;
}

/** What a server has got wrong, in plain words with the numbers; empty: nothing. */
export function faultsOf(results: RaceResults): readonly string[] {
  const { increments, takers, charges, inserts, upserts, tookKey, joined } = results;
  const faults: string[] = [];
  if (increments.counted !== increments.acknowledged)
    faults.push(
      `of ${increments.acknowledged} increments at once, all acknowledged, it kept ${increments.counted}`,
    );
  if (increments.acknowledged !== RACERS)
    faults.push(`it took ${increments.acknowledged} of ${RACERS} increments at once`);
  if (takers !== 1)
    faults.push(
      `of ${RACERS} updates at once that only one could make, ${takers} were said to have been made`,
    );
  if (charges.acknowledged !== TRIES)
    faults.push(`it charged ${charges.acknowledged} times what could be charged ${TRIES} times`);
  else if (charges.rests !== TRIES)
    faults.push(`${TRIES} who were charged one after the other saw ${charges.rests} different rests`);
  if (inserts.acknowledged !== 1 || inserts.kept !== 1)
    faults.push(
      `of ${INSERTERS} documents at once with one key in common, under a unique index, it took ${inserts.acknowledged} and kept ${inserts.kept}`,
    );
  if (upserts !== 1)
    faults.push(`of ${INSERTERS} upserts at once of one id, ${upserts} said that they inserted it`);
  if (tookKey) faults.push("an update was let take a key that another document has under a unique index");
  if (!joined) faults.push("its $lookup does not join");
  return faults;
}
