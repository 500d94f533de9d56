/** How to reach a MongoDB, and which part of it is this user space's. */
export interface MongodbStoreOptions {
  /**
   * `mongodb://` or `mongodb+srv://`, with one host or several, credentials and every option of the driver. Its path names the database,
   * `watchword` where it names none.
   */
  readonly url: string;
  /** What the names of the collections begin with, so that several user spaces share a database. Default: `watchword_`. */
  readonly prefix?: string;
  /** False: refuses a database that holds no user space of this prefix yet. Default: true. */
  readonly create?: boolean;
  /** How often to try to reach the servers at opening. Default: 6. */
  readonly attempts?: number;
  /** Whole milliseconds between two tries. Default: 500. */
  readonly delay?: number;
  /** Whole milliseconds within which a call is answered or fails as `store-unavailable`. Default: 10,000. */
  readonly timeout?: number;
  /** The most connections to a server at once. Default: what the URL says (`maxPoolSize`), else 100. */
  readonly poolSize?: number;
  /** The file with the certificates to trust, in PEM. It turns TLS on. Default: what the URL says (`tlsCAFile`), else the system's. */
  readonly ca?: string;
  readonly logger?: { warn(fields: object, message: string): void };
}
