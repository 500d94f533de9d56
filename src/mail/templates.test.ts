import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { messagesFor } from "../messages/catalogue.js";
import { escapeHtml } from "./layout.js";
import { isTemplate, type MailFacts, type MailTemplate, render } from "./templates.js";

const NOW = Date.UTC(2026, 2, 2, 9);
const MINUTE = 60_000;
const en = messagesFor(null);

const FACTS: MailFacts = {
  name: "Ada",
  siteName: "Ada's Shop",
  baseUrl: "https://shop.example",
  signInUrl: "https://shop.example/sign-in",
  resetUrl: "https://shop.example/reset",
  now: NOW,
};
const SECRETS = {
  code: "K7QW2M",
  link: "https://shop.example/verify?link=abc.def&x=1",
  codeExpiresAt: NOW + 10 * MINUTE,
  linkExpiresAt: NOW + 60 * MINUTE,
};
const ORIGIN = {
  when: NOW - 5 * MINUTE,
  ip: "192.0.2.7",
  userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
};
const TEMPLATES: readonly MailTemplate[] = [
  "verify-email",
  "sign-up-known",
  "reset-password",
  "sign-in",
  "second-factor",
  "change-email",
  "change-email-known",
  "delete-account",
  "unlock",
  "account-code",
  "password-changed",
  "email-changed",
  "second-factor-changed",
  "permissions-changed",
  "new-device",
  "account-deleted",
];

describe("every template", () => {
  it.each(TEMPLATES)("%s has a subject, a text and an HTML part that say the same", (template) => {
    const facts = {
      ...FACTS,
      ...SECRETS,
      ...ORIGIN,
      newEmail: "eve@example.org",
      purposes: ["reset-password", "delete-account"],
      admin: true,
      roles: ["editor"],
    };
    const mail = render(template, facts, en);
    expect(mail.subject).toContain("Ada's Shop");
    expect(mail.text).toMatch(/^Hello Ada,\n\n/);
    expect(`${mail.subject}${mail.text}${mail.html}`).not.toMatch(/undefined|null|NaN|\[object/);
    const paragraphs = mail.text.trim().split(/\n+/);
    expect(paragraphs.length).toBeGreaterThanOrEqual(3);
    for (const line of paragraphs)
      for (const part of line.split(": ")) expect(mail.html).toContain(escapeHtml(part.trim()));
    expect(mail.html).toContain('<html lang="en">');
    expect(mail.html).not.toMatch(/<style|<script|<img/);
  });

  it.each(TEMPLATES)("%s makes do with the facts that every mail has", (template) => {
    const mail = render(template, { ...FACTS, name: null }, en);
    expect(mail.text).toMatch(/^Hello,\n/);
    expect(`${mail.subject}${mail.text}${mail.html}`).not.toMatch(/undefined|null|NaN|\[object/);
  });

  it("is in the closed list, and nothing else is", () => {
    for (const template of TEMPLATES) expect(isTemplate(template)).toBe(true);
    for (const name of ["", "toString", "__proto__", "verify_email"]) expect(isTemplate(name)).toBe(false);
  });
});

describe("codes and links", () => {
  it.each(["verify-email", "reset-password", "sign-in", "change-email", "delete-account", "unlock"] as const)(
    "%s shows both, with their ends in UTC",
    (template) => {
      const mail = render(template, { ...FACTS, ...SECRETS }, en);
      expect(mail.text).toContain("K7QW2M");
      expect(mail.text).toContain("https://shop.example/verify?link=abc.def&x=1");
      expect(mail.text).toContain("for 10 minutes (until 2 March 2026, 09:10 UTC)");
      expect(mail.text).toContain("for 1 hour (until 2 March 2026, 10:00 UTC)");
      expect(mail.html).toContain('href="https://shop.example/verify?link=abc.def&amp;x=1"');
      expect(mail.subject).not.toContain("K7QW2M");
      expect(mail.text).toMatch(/If you did not ask for this, ignore this mail/);
    },
  );

  it.each(["second-factor", "account-code"] as const)("%s shows the code and never the link", (template) => {
    const mail = render(template, { ...FACTS, ...SECRETS, ...ORIGIN }, en);
    expect(mail.text).toContain("K7QW2M");
    expect(`${mail.text}${mail.html}`).not.toContain("link=");
  });

  it("second-factor tells how to choose a new password", () => {
    const mail = render("second-factor", { ...FACTS, ...SECRETS, ...ORIGIN }, en);
    expect(mail.text).toContain("https://shop.example/reset");
  });

  it.each(TEMPLATES.filter((name) => /-(known|changed|device|deleted)$/.test(name)))(
    "%s tells no secret, even where it is given one",
    (template) => {
      const mail = render(template, { ...FACTS, ...SECRETS }, en);
      expect(`${mail.subject}${mail.text}${mail.html}`).not.toMatch(/K7QW2M|link=/);
    },
  );
});

describe("what happened", () => {
  it("names time, address and device", () => {
    const { text } = render("new-device", { ...FACTS, ...ORIGIN }, en);
    expect(text).toContain("When: 2 March 2026, 08:55 UTC");
    expect(text).toContain("Network address: 192.0.2.7");
    expect(text).toContain("Device: Firefox on Linux");
  });

  it("never repeats a User-Agent header, whose text strangers choose", () => {
    const userAgent = "Call +1 555 0100 or see http://evil.example";
    const mail = render("second-factor", { ...FACTS, userAgent }, en);
    expect(`${mail.text}${mail.html}`).not.toContain("evil");
    expect(mail.text).toContain("Device: not recognised");
  });

  it("masks the new address in the mail to the old one", () => {
    const { text } = render("email-changed", { ...FACTS, newEmail: "eve@example.org" }, en);
    expect(text).toContain("New address: e…@example.org");
    expect(text).not.toContain("eve@");
  });

  it("lists the rights as they are now", () => {
    const { text } = render("permissions-changed", { ...FACTS, active: true, admin: false, roles: [] }, en);
    expect(text).toContain("May sign in: yes\nAdministrator: no\nRoles: none");
    expect(text).not.toContain("Superuser");
  });
});

describe("text from strangers", () => {
  it.each([
    "see http://evil.example",
    "evil.example",
    "you won: call me@evil.example",
    "x".repeat(65),
    "\u0000\r\n",
  ])("is not used to greet with: %j", (name) =>
    expect(render("verify-email", { ...FACTS, name }, en).text).toMatch(/^Hello,\n/),
  );

  it("cannot begin a header: subjects stay on one line", () => {
    const siteName = "Shop\r\nBcc: eve@example.org\u2028X: y\u0000";
    const { subject } = render("verify-email", { ...FACTS, siteName }, en);
    expect(subject).toBe("Confirm your email address for Shop Bcc: eve@example.org X: y");
  });

  it("cannot change the HTML, whatever it is", () => {
    const hostile = fc.oneof(
      fc.string(),
      fc.constantFrom(
        "<script>alert(1)</script>",
        `"><img src=x onerror=1>`,
        "'-->",
        "&lt;b&gt;",
        "</title><b>",
      ),
    );
    const tags = (html: string) => html.match(/<\/?[a-z!]+/gi);
    fc.assert(
      fc.property(hostile, hostile, hostile, (a, b, c) => {
        const facts = {
          ...FACTS,
          ...ORIGIN,
          ...SECRETS,
          newEmail: "e@example.org",
          roles: ["r"],
          name: null,
        };
        const evil = {
          ...facts,
          siteName: `s${a}`,
          ip: `i${b}`,
          roles: [`r${c}`],
          newEmail: `e@${a}`,
          name: c,
        };
        for (const template of TEMPLATES)
          expect(tags(render(template, evil, en).html)).toEqual(tags(render(template, facts, en).html));
      }),
    );
  });
});

describe("the catalogue", () => {
  it.each([null, "en", "en-GB", "EN", "xx", "", "not a tag"])("has English for %j", (locale) => {
    expect(messagesFor(locale).language).toBe("en");
  });
});
