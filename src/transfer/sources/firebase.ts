import { WatchwordError } from "../../base/errors.js";
import { isFields, type Value } from "../../base/values.js";
import type { Row, Tables } from "../readers/rows.js";
import type {
  ImportedFactor,
  ImportedPassword,
  ImportSource,
  SourceItem,
  SourceNeed,
  SourceOptions,
} from "../source.js";
import { findTable } from "./finding.js";
import { person, readable } from "./person.js";
import { fieldsOf, isEmpty, jsonOf, Reading, textOf } from "./reading.js";

const PROVIDERS = ["google", "facebook", "twitter", "github"];

/** The 29 columns of `firebase auth:export users.csv`, which writes no header row. */
const COLUMNS = [
  "localId",
  "email",
  "emailVerified",
  "passwordHash",
  "salt",
  "displayName",
  "photoUrl",
  ...PROVIDERS.flatMap((provider) =>
    ["Id", "Email", "DisplayName", "PhotoUrl"].map((part) => `${provider}${part}`),
  ),
  "createdAt",
  "lastSignedInAt",
  "phoneNumber",
  "disabled",
  "customAttributes",
  "providerUserInfo",
];

const WHERE =
  "It stands in the Firebase console: Authentication, the three dots above the list of users, Password hash parameters.";

function need(name: string, field: string, secret = false): SourceNeed {
  return {
    name,
    secret,
    description: `${field} of the project. ${WHERE} Without it nobody can sign in by password.`,
  };
}

/** Firebase Authentication, as `firebase auth:export` writes it. */
export const firebase: ImportSource = {
  name: "firebase",
  title: "Firebase Authentication",
  reads: ["json", "csv"],
  takes: "what firebase auth:export users.json --format=json writes, or users.csv",
  needs: [
    need("signer-key", "base64_signer_key", true),
    need("salt-separator", "base64_salt_separator"),
    need("rounds", "rounds"),
    need("memory-cost", "mem_cost"),
  ],
  csvHeader: COLUMNS,
  async *read(input: Tables, options: SourceOptions): AsyncGenerator<SourceItem> {
    const tables = (await input.list()).map(({ table }) => table);
    const names = options.table !== undefined ? [options.table] : tables.length === 1 ? tables : ["users"];
    const users = await findTable(input, "Firebase", names, ["localId"]);
    const parameters = projectParameters(options);
    yield* readable(input.rows([users.table]), (row) => toUser(row, options, parameters));
  },
};

interface Parameters {
  readonly signerKey: string;
  readonly saltSeparator: string;
  readonly rounds: number;
  readonly memoryCost: number;
}

/** Null: the signer key was not given. The others have values that nearly all projects share. */
function projectParameters({ answers }: SourceOptions): Parameters | null {
  const signerKey = answers.get("signer-key");
  if (signerKey === undefined) return null;
  const whole = (name: string, otherwise: number, most: number) => {
    const number = Number(answers.get(name) ?? otherwise);
    if (!Number.isInteger(number) || number < 1 || number > most)
      throw new WatchwordError("invalid-input", `${name} must be a whole number from 1 to ${most}. ${WHERE}`);
    return number;
  };
  return {
    signerKey,
    saltSeparator: answers.get("salt-separator") ?? "Bw==",
    rounds: whole("rounds", 8, 8),
    memoryCost: whole("memory-cost", 14, 14),
  };
}

function toUser(row: Row, options: SourceOptions, parameters: Parameters | null): SourceItem {
  const reading = new Reading(row, options);
  const user = {
    origin: { system: "firebase", id: reading.text("localId") ?? "" },
    username: null,
    email: reading.filled("email"),
    emailVerified: reading.flag("emailVerified", false),
    passwords: passwordsOf(reading, parameters),
    active: !reading.flag("disabled", false),
    createdAt: reading.time("createdAt", { epoch: "milliseconds" }),
    lastSignInAt: reading.time("lastSignedInAt", { epoch: "milliseconds" }),
    factors: factorsOf(reading.value("mfaInfo")),
  };
  const data = new Map<string, Value>();
  for (const [name, value] of reading.rest(false)) {
    if (isEmpty(value)) continue;
    const isJson = name === "customAttributes" || name === "providerUserInfo";
    data.set(name, isJson && typeof value === "string" ? (jsonOf(value) ?? value) : value);
  }
  return person(reading, { ...user, data });
}

function passwordsOf(reading: Reading, parameters: Parameters | null): readonly ImportedPassword[] {
  const hash = reading.filled("passwordHash");
  const salt = reading.filled(reading.has("salt") ? "salt" : "passwordSalt") ?? "";
  reading.drop("version", "passwordUpdatedAt", "validSince");
  if (hash === null) return [];
  if (parameters === null)
    reading.note(
      "need-missing",
      "has a password that needs the project's base64_signer_key, which was not given.",
    );
  return [
    {
      kind: "hash",
      scheme: "firebase_scrypt",
      hash: JSON.stringify({ passwordHash: hash, salt }),
      ...(parameters === null ? {} : { context: { ...parameters } }),
    },
  ];
}

function factorsOf(value: Value): readonly ImportedFactor[] {
  const list = typeof value === "string" ? jsonOf(value) : value;
  if (!Array.isArray(list)) return [];
  return list.filter(isFields).map((facts) => ({
    type: "totp",
    name: textOf(facts.get("displayName") ?? null) || "second factor",
    // A telephone number, or a secret that Firebase does not give away.
    value: { kind: "other", facts: fieldsOf(facts) ?? facts },
    confirmed: true,
  }));
}
