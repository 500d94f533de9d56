/** How to reach a PostgreSQL server, and what to do where it does not answer. Everything but `url` has a default. */
export interface PostgresStoreOptions {
  /** `postgres://user:password@host:5432/database?sslmode=verify-full`, in the form of libpq; see `url.ts`. */
  readonly url: string;
  /** The schema that holds the tables, so that several user spaces share a database. Default: `watchword`. */
  readonly schema?: string;
  /** Makes the database and the schema where they are missing and the role may. False: refuses. Default: true. */
  readonly create?: boolean;
  /** How often a connection is tried before an opening or a request gives up. Default: 6. */
  readonly attempts?: number;
  /** Whole milliseconds between two of these tries. Default: 1000. */
  readonly delay?: number;
  /** Whole milliseconds within which a request must have got and used the database. Default: 10,000. */
  readonly timeout?: number;
  /** How many connections this process holds at the most. Default: 10. */
  readonly poolSize?: number;
  /** False: no statement gets a name, as a pooler in transaction mode (PgBouncer) needs. Default: true. */
  readonly preparedStatements?: boolean;
  /** The file (PEM) of the certificate authorities to trust; it stands for `sslrootcert` in the URL. */
  readonly ca?: string;
  /** Who is told of connections that got lost. Default: nobody. */
  readonly logger?: { warn(fields: object, message: string): void };
}
