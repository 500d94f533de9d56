import {
  damaged,
  defineFormat,
  type FormatDefinition,
  type HashContext,
  type HashParameters,
  type PasswordFormat,
  type Strength,
} from "./format.js";

interface Layered {
  readonly inner: PasswordFormat;
  readonly hash: string;
}

/** What {@link layeredFormat} takes, besides the names. */
export interface LayeredDefinition
  extends Omit<FormatDefinition<Layered>, "parse" | "parameters" | "compare" | "strength" | "caps"> {
  /** The formats that may lie inside; the first whose shape fits is the one. */
  readonly inner: readonly PasswordFormat[];
  readonly strength: Strength;
  /** The text of the inner hash. */
  unwrap(hash: string): string;
  /** What is hashed instead of the password; null where nothing can have been. Several: tried in this order. */
  before?(password: Buffer, context: HashContext, hash: string): readonly (Buffer | null)[];
}

/** A hash in the dress of another system: a prefix around a known form, a step before it, or both. */
export function layeredFormat(definition: LayeredDefinition): PasswordFormat {
  const { name, inner: formats, unwrap, before = (password: Buffer) => [password] } = definition;

  function parse(text: string): Layered {
    const hash = unwrap(text);
    const inner = formats.find((format) => format.recognise(hash));
    if (inner === undefined) throw damaged(name, "what it holds is no hash of a known form");
    inner.inspect(hash);
    return { inner, hash };
  }

  return defineFormat<Layered>({
    ...definition,
    caps: [...new Set(formats.map((format) => format.caps).filter((caps) => caps !== ""))].join("; "),
    parse,
    strength: { best: definition.strength, of: ({ inner, hash }) => inner.inspect(hash).strength },
    parameters: ({ inner, hash }): HashParameters => inner.inspect(hash).parameters,
    compare: (password, { inner, hash }, context) =>
      before(password, context, hash).some((text) => text !== null && inner.verify(text, hash, context)),
    wrap: {
      bare(text) {
        const { inner, hash } = parse(text);
        const bare = inner.wrap?.bare(hash) ?? null;
        return bare === null || !text.endsWith(hash) ? null : text.slice(0, text.length - hash.length) + bare;
      },
      expected(text) {
        const { inner, hash } = parse(text);
        if (inner.wrap === undefined) throw damaged(name, "what it holds is never wrapped");
        return inner.wrap.expected(hash);
      },
      digests(password, text, context) {
        const { inner, hash } = parse(text);
        return before(password, context, hash).flatMap((changed) =>
          changed === null ? [] : (inner.wrap?.digests(changed, hash, context) ?? []),
        );
      },
    },
  });
}
