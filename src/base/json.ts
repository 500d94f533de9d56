/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
/** A JSON object: what an application keeps on a user or a session. */
export type JsonObject = { readonly [key: string]: Json };
