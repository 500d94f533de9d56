import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MailTemplates } from "../space/options.js";
import { readOwnTemplates } from "./own-templates.js";
import { sampleFacts } from "./samples.js";
import { createWriter } from "./writing.js";

const NOW = Date.UTC(2026, 2, 2, 9);
const FACTS = sampleFacts(
  {
    siteName: "Ada's Shop",
    baseUrl: "https://shop.example",
    signInUrl: "https://shop.example/sign-in",
    resetUrl: "https://shop.example/reset",
    now: NOW,
  },
  "https://shop.example/verify?link=sample",
);

function write(templates: MailTemplates, locale: string | null = null, facts = FACTS) {
  return createWriter(readOwnTemplates(templates))("verify-email", facts, locale);
}

describe("a template of one's own", () => {
  it("fills text, HTML and subject, with times in UTC", () => {
    const mail = write({
      "verify-email": {
        subject: "{site}: {code}",
        text: "Hi {name}, {code} until {expiry}, {link} until {linkExpiry}. {lbrace}code{rbrace}",
        html: `<style>p { margin: 0 }</style><p>{site} <a href="{link}">go</a></p>`,
      },
    });
    expect(mail).toEqual({
      subject: "Ada's Shop: 7KQ2MX",
      text: "Hi Ada, 7KQ2MX until 2026-03-02 09:10 UTC, https://shop.example/verify?link=sample until 2026-03-02 10:00 UTC. {code}",
      html: `<style>p { margin: 0 }</style><p>Ada&#39;s Shop <a href="https://shop.example/verify?link=sample">go</a></p>`,
    });
  });

  it("gets a text part where it has HTML only, with values that are not escaped there", () => {
    const { text } = write({
      "verify-email": {
        subject: "s",
        html: `<p>{site}: <b>{code}</b></p><p><a href="{link}">Confirm</a></p>`,
      },
    });
    expect(text).toBe("Ada's Shop: 7KQ2MX\n\nConfirm <https://shop.example/verify?link=sample>\n");
  });

  it("has no HTML part where it has text only", () => {
    expect(write({ "verify-email": { subject: "s", text: "{code}" } }).html).toBe("");
  });

  it.each([
    ["de-AT", "Österreich"],
    ["de-CH", "deutsch"],
    ["DE", "deutsch"],
    ["en-GB", "english"],
    ["fr", "english"],
    [null, "english"],
  ])("is that of the language %j", (locale, subject) => {
    const of = (name: string) => ({ subject: name, text: "{code}" });
    const languages = { de: of("deutsch"), "de-AT": of("Österreich"), en: of("english") };
    expect(write({ "verify-email": languages }, locale).subject).toBe(subject);
  });

  it("leaves ours where there is none for the language", () => {
    const mail = write({ "verify-email": { de: { subject: "s", text: "{code}" } } }, "en");
    expect(mail.subject).toBe("Confirm your email address for Ada's Shop");
  });

  it("greets with the address where the name is none to greet with", () => {
    const templates = { "verify-email": { subject: "s", text: "{name} {code}" } };
    expect(write(templates, null, { ...FACTS, name: "see evil.example" }).text).toBe(
      "ada@example.com 7KQ2MX",
    );
  });

  it("keeps subjects on one line and HTML whole, whatever the values are", () => {
    const templates: MailTemplates = {
      "verify-email": { subject: "{site}", html: `<p title="{site}" lang='{site}'>{site}{name}{code}</p>` },
    };
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.constantFrom(`"><script>`, "' x='", "a\r\nBcc: eve@example.org", "{code}", "$&"),
        ),
        (text) => {
          const { subject, html } = write(templates, null, { ...FACTS, siteName: `x${text}`, name: text });
          expect(subject).not.toMatch(/[\r\n]/);
          expect(html).toMatch(/^<p title="[^"<>]*" lang='[^'<>]*'>[^<>]*<\/p>$/);
          // What a value brings along is text, never a placeholder.
          if (text === "{code}") expect(subject).toBe("x{code}");
        },
      ),
    );
  });
});

describe("a bad template is refused at opening:", () => {
  const mail = (more: object) => ({ "verify-email": { subject: "s", text: "{code}", ...more } });
  it.each<[string, unknown, RegExp]>([
    ["no object", [], /must be an object/],
    ["an unknown template", { "verify-mail": {} }, /verify-mail.*there are verify-email/],
    ["a template by the prototype's name", JSON.parse('{"__proto__":{}}'), /__proto__/],
    ["an unknown placeholder", mail({ text: "{code} {user}" }), /verify-email.*\{user\}/],
    ["one in the subject", mail({ subject: "{toString}" }), /subject.*\{toString\}/],
    ["a link in a second factor", { "second-factor": { subject: "s", text: "{code} {link}" } }, /\{link\}/],
    ["two braces", mail({ text: "{{code}}" }), /one pair of braces/],
    ["no subject", { "verify-email": { en: { text: "{code}" } } }, /\["en"\] has no subject/],
    ["two lines of subject", mail({ subject: "a\nb" }), /one line/],
    ["no body", { "verify-email": { subject: "s" } }, /neither text nor html/],
    ["an empty body", mail({ text: " " }), /not empty/],
    ["a body without code and link", mail({ text: "Hello" }), /\{code\} or \{link\}/],
    ["an HTML part without them", mail({ html: "<p>Hello</p>" }), /html must show/],
    ["an unknown field", mail({ txt: "x" }), /"txt"/],
    ["no language", { "verify-email": { "no tag": { subject: "s", text: "{code}" } } }, /language tag/],
    [
      "a language twice",
      { "new-device": { de: { subject: "s", text: "x" }, DE: { subject: "s", text: "x" } } },
      /twice/,
    ],
    ["no languages", { "verify-email": {} }, /is empty/],
    ["a value without quotes", mail({ html: "<p title={name}>{code}</p>" }), /without quotes.*\{name\}/],
    ["a quote that is none", mail({ html: `<p title=x"{name}">{code}</p>` }), /without quotes/],
    ["one in a script", mail({ html: "<script>'{name}'</script>{code}" }), /script or style/],
    ["a name as an address", mail({ html: `<a href="{name}">{code}</a>` }), /beginning of an address/],
    ["an event handler", mail({ html: `<p onclick="x">{code}</p>` }), /onclick/],
  ])("%s", (_, templates, message) => {
    expect(() => readOwnTemplates(templates as MailTemplates)).toThrowError(
      expect.objectContaining({ code: "invalid-option", message: expect.stringMatching(message) }),
    );
  });

  it("and names the template and the placeholder for programs too", () => {
    expect(() => readOwnTemplates(mail({ text: "{user}" }))).toThrowError(
      expect.objectContaining({
        details: { option: 'mail.templates["verify-email"].text', placeholder: "user" },
      }),
    );
  });
});
