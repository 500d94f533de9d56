import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";

/** A certificate that vouches for itself, with its private key, both as PEM text. */
export interface TestCertificate {
  readonly key: string;
  readonly cert: string;
}

/**
 * Makes a self-signed certificate (X.509 v3, RFC 5280; ECDSA on P-256) for host names and IPv4 addresses. Node can
 * read certificates but not make them, and a test must not depend on a program that may not be installed.
 */
export function makeCertificate(names: readonly string[]): TestCertificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = sequence(oid("1.2.840.10045.4.3.2"));
  const name = sequence(tag(0x31, sequence(oid("2.5.4.3"), tag(0x0c, Buffer.from("Watchword test")))));
  const alternatives = names.map((each) =>
    isIP(each) === 4
      ? tag(0x87, Buffer.from(each.split(".").map(Number)))
      : tag(0x82, Buffer.from(each, "ascii")),
  );
  const yes = tag(0x01, Buffer.from([0xff]));
  const extensions = sequence(
    sequence(oid("2.5.29.19"), yes, tag(0x04, sequence(yes))),
    sequence(oid("2.5.29.17"), tag(0x04, sequence(...alternatives))),
  );
  const day = 24 * 60 * 60 * 1000;
  const body = sequence(
    tag(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    name,
    sequence(utcTime(Date.now() - day), utcTime(Date.now() + day)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    tag(0xa3, extensions),
  );
  const signature = sign("sha256", body, privateKey);
  const certificate = sequence(body, algorithm, tag(0x03, Buffer.concat([Buffer.from([0]), signature])));
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: pem(certificate),
  };
}

function tag(number: number, content: Buffer): Buffer {
  const size = content.length;
  const length =
    size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, Math.floor(size / 0x100), size % 0x100];
  return Buffer.concat([Buffer.from([number, ...length]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tag(0x30, Buffer.concat(parts));
}

function integer(bytes: Buffer): Buffer {
  return tag(0x02, bytes);
}

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const part of rest) {
    const digits = [part % 128];
    for (let left = Math.floor(part / 128); left > 0; left = Math.floor(left / 128))
      digits.unshift(0x80 + (left % 128));
    bytes.push(...digits);
  }
  return tag(0x06, Buffer.from(bytes));
}

function utcTime(time: number): Buffer {
  const text = new Date(time).toISOString().replace(/[-:T]/g, "").slice(2, 14);
  return tag(0x17, Buffer.from(`${text}Z`, "ascii"));
}

function pem(der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
