import { defineFormat, type PasswordFormat } from "./format.js";

/** A password that lies there as it is, perhaps after a prefix. */
function readable(
  name: string,
  title: string,
  sources: readonly string[],
  prefix: string,
  unless = "",
  least = 0,
): PasswordFormat {
  const escaped = prefix.replace(/[{}$]/g, "\\$&");
  return defineFormat<Buffer>({
    name,
    title,
    sources,
    shape: new RegExp(`^${escaped}${unless}[\\s\\S]{${least},4096}$`),
    longest: 4200,
    detectable: prefix !== "",
    strength: "readable",
    flags: ["unsalted"],
    parse: (hash) => Buffer.from(hash.slice(prefix.length)),
    compare: {
      expected: (password) => password,
      digest: (password) => password,
    },
  });
}

/** A mark that nothing matches: the account has no password that works. */
function locked(
  name: string,
  title: string,
  sources: readonly string[],
  shape: RegExp,
  aliases: readonly string[] = [],
): PasswordFormat {
  return defineFormat<null>({
    name,
    aliases,
    title,
    sources,
    shape,
    longest: 4200,
    strength: "locked",
    parse: () => null,
    compare: () => false,
  });
}

export const PLAIN_FORMATS: readonly PasswordFormat[] = [
  readable("plaintext", "The password itself", ["plaintext", "passlib"], ""),
  // What begins with a scheme in braces is a hash, or was meant to be one.
  readable(
    "ldap_plaintext",
    "The password itself, in LDAP",
    ["openldap", "passlib"],
    "",
    "(?!\\{[\\w-]+\\})",
    1,
  ),
  readable("roundup_plaintext", "The password itself, of Roundup", ["roundup", "passlib"], "{plaintext}"),
  readable("ldap_cleartext", "The password itself, of OpenLDAP", ["openldap"], "{CLEARTEXT}"),
  readable("spring_noop", "The password itself, of Spring Security", ["spring-security"], "{noop}"),
  locked(
    "django_disabled",
    "No usable password, of Django",
    ["django", "djmongoauth", "passlib"],
    /^![A-Za-z0-9]{40}$/,
    ["django_unusable"],
  ),
  locked(
    "unix_disabled",
    "No usable password, or a locked account, in /etc/shadow",
    ["shadow", "libxcrypt", "django", "djmongoauth", "passlib"],
    /^(?:\*(?![0-9A-Fa-f]{40}$)|!(?![A-Za-z0-9]{40}$))[\s\S]{0,4096}$/,
    ["unix_fallback"],
  ),
];
