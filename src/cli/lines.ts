/**
 * The lines of a stream of bytes, without their line breaks, one at a time: what is not read yet waits in the stream.
 *
 * @param most - Bytes of the longest line. Of a longer one `null` comes in its place, and the rest of it is skipped.
 */
export async function* linesOf(stream: AsyncIterable<Buffer>, most: number): AsyncGenerator<Buffer | null> {
  let parts: Buffer[] = [];
  let size = 0;
  let isTooLong = false;

  function take(part: Buffer): void {
    size += part.length;
    if (size > most) {
      isTooLong = true;
      parts = [];
    } else parts.push(part);
  }
  function finish(): Buffer | null {
    const line = isTooLong ? null : Buffer.concat(parts);
    parts = [];
    size = 0;
    isTooLong = false;
    return line;
  }

  for await (const chunk of stream) {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      take(chunk.subarray(from, end));
      from = end + 1;
      yield finish();
    }
    if (from < chunk.length) take(chunk.subarray(from));
  }
  if (size > 0) yield finish();
}

/**
 * Does work on what comes, several at a time, and gives the answers in the order of the questions. No more than `ahead` are
 * under way or wait to be given, so that neither side runs ahead of the other.
 */
export async function* inOrder<Question, Answer>(
  questions: AsyncIterable<Question>,
  ahead: number,
  answer: (question: Question) => Promise<Answer>,
): AsyncGenerator<Answer> {
  const underWay: Promise<Answer>[] = [];
  for await (const question of questions) {
    const promise = answer(question);
    // Looked at when its turn comes; until then a failure is not one that nobody handles.
    promise.catch(() => {});
    underWay.push(promise);
    const first = underWay.length >= ahead ? underWay.shift() : undefined;
    if (first !== undefined) yield await first;
  }
  for (const promise of underWay) yield await promise;
}
