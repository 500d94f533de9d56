import { WatchwordError } from "../base/errors.js";
import type { ConfigEntry } from "./contract.js";
import type { OpenOptions } from "./options.js";
import type { ServerUrl } from "./url.js";

/** How to reach a database on a server, after merging option, environment, URL and default. */
export interface Connection {
  /** The schema (PostgreSQL), or what the names of all collections begin with (MongoDB). */
  readonly part: string;
  /** Of PostgreSQL alone: MongoDB's driver takes it from the URL (`maxPoolSize`). */
  readonly poolSize: number;
  /** Of PostgreSQL alone. */
  readonly preparedStatements: boolean;
  readonly attempts: number;
  readonly delay: number;
  readonly timeout: number;
  /** A PEM file; null: the system's authorities. */
  readonly caFile: string | null;
  readonly entries: readonly ConfigEntry[];
}

/** The variables for databases on servers; `docs/configuration.md` has a row for each. */
const VARIABLES = {
  schema: "WATCHWORD_POSTGRES_SCHEMA",
  poolSize: "WATCHWORD_POSTGRES_POOL_SIZE",
  preparedStatements: "WATCHWORD_POSTGRES_PREPARED_STATEMENTS",
  prefix: "WATCHWORD_MONGODB_PREFIX",
  attempts: "WATCHWORD_CONNECT_ATTEMPTS",
  delay: "WATCHWORD_CONNECT_DELAY",
  timeout: "WATCHWORD_CONNECT_TIMEOUT",
  caFile: "WATCHWORD_CONNECT_CA_FILE",
} as const;

type Environment = Readonly<Record<string, string | undefined>>;

const HOUR = 3_600_000;

/** @throws WatchwordError `invalid-option` */
export function readConnection(url: ServerUrl, options: OpenOptions, environment: Environment): Connection {
  const entries: ConfigEntry[] = [];

  function pick<T>(setting: {
    readonly name: string;
    readonly given: T | undefined;
    readonly variable: string;
    /** What the URL says. */
    readonly inUrl?: T | null;
    readonly fallback: T;
    readonly parse: (value: unknown) => T | null;
    readonly form: string;
  }): T {
    const { name, given, variable, inUrl, fallback } = setting;
    const set = environment[variable] === "" ? undefined : environment[variable];
    const told = given ?? set ?? inUrl ?? undefined;
    const value = told === undefined ? fallback : setting.parse(told);
    if (value === null) {
      const who = given !== undefined ? name : set !== undefined ? variable : `The database URL's ${name}`;
      throw new WatchwordError("invalid-option", `${who} must be ${setting.form}.`);
    }
    const origin = given !== undefined ? "option" : set !== undefined ? "environment" : undefined;
    entries.push({
      name,
      value: String(value),
      origin: origin ?? (told === undefined ? "default" : "url"),
      variable,
    });
    return value;
  }

  const wholeNumber = (least: number, most: number) => ({
    parse: (value: unknown) => {
      const number = typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value;
      return typeof number === "number" && Number.isInteger(number) && number >= least && number <= most
        ? number
        : null;
    },
    form: `a whole number from ${least} to ${most}`,
  });
  const { postgres = {}, mongodb = {}, connect = {} } = options;
  const isPostgres = url.kind === "postgres";
  const part = isPostgres
    ? pick({
        name: "postgres.schema",
        given: postgres.schema,
        variable: VARIABLES.schema,
        inUrl: url.part,
        fallback: "watchword",
        parse: (value) => (isName(value, 63) && value !== "" ? value : null),
        form: "the name of a schema: 1 to 63 bytes, without control characters",
      })
    : pick({
        name: "mongodb.prefix",
        given: mongodb.prefix,
        variable: VARIABLES.prefix,
        inUrl: url.part,
        fallback: "watchword_",
        // Of what a collection's name may hold (MongoDB manual, "Naming Restrictions"), what no shell needs to quote.
        parse: (value) =>
          isName(value, 64) && /^[\w.-]*$/.test(value) && !/^system\./.test(value) ? value : null,
        form: "at most 64 letters, digits, _ - or . and not begin with system.",
      });
  const poolSize = isPostgres
    ? pick({
        name: "postgres.poolSize",
        given: postgres.poolSize,
        variable: VARIABLES.poolSize,
        fallback: 10,
        ...wholeNumber(1, 1000),
      })
    : 0;
  const preparedStatements =
    !isPostgres ||
    pick({
      name: "postgres.preparedStatements",
      given: postgres.preparedStatements,
      variable: VARIABLES.preparedStatements,
      fallback: true,
      parse: (value) => ({ true: true, false: false })[String(value)] ?? null,
      form: "true or false",
    });
  const attempts = pick({
    name: "connect.attempts",
    given: connect.attempts,
    variable: VARIABLES.attempts,
    fallback: 6,
    ...wholeNumber(1, 1000),
  });
  const delay = pick({
    name: "connect.delay",
    given: connect.delay,
    variable: VARIABLES.delay,
    fallback: 1000,
    ...wholeNumber(0, HOUR),
  });
  const timeout = pick({
    name: "connect.timeout",
    given: connect.timeout,
    variable: VARIABLES.timeout,
    fallback: 10_000,
    ...wholeNumber(1, HOUR),
  });
  const caFile = pick<string>({
    name: "connect.caFile",
    given: connect.caFile,
    variable: VARIABLES.caFile,
    fallback: "",
    parse: (value) => (typeof value === "string" && value !== "" ? value : null),
    form: "the path of a PEM file",
  });
  return {
    part,
    poolSize,
    preparedStatements,
    attempts,
    delay,
    timeout,
    caFile: caFile === "" ? null : caFile,
    entries,
  };
}

function isName(value: unknown, bytes: number): value is string {
  return typeof value === "string" && Buffer.byteLength(value) <= bytes && !/\p{Cc}/u.test(value);
}
