import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createSmtpTransport } from "#dist/mail/smtp.js";
import { MailRefused, type Transport } from "#dist/mail/transport.js";
import { makeCertificate } from "../helpers/certificate.js";
import { type SmtpServerOptions, startSmtp } from "../helpers/smtp.js";

const MAIL = {
  id: "0195c0de-0000-7000-8000-000000000001",
  from: "Ada's Shöp <hello@shop.example>",
  to: "ada@example.com",
  subject: "Confirm your address – please",
  text: "Your code:\n\n    K7QW2M\n\nGrüße\n",
  html: "<p>Your code: <b>K7QW2M</b></p>",
};

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function server(options: SmtpServerOptions = {}) {
  const started = await startSmtp(options);
  cleanups.push(() => started.close());
  return started;
}

function transport(options: Parameters<typeof createSmtpTransport>[0]): Transport {
  const made = createSmtpTransport(options);
  cleanups.push(() => made.close());
  return made;
}

async function refusalOf(sending: Promise<void>): Promise<MailRefused> {
  const error = await sending.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof MailRefused) return error;
  throw new Error("The mail was not refused.", { cause: error });
}

describe("a message", () => {
  it.each(["starttls", "implicit"] as const)("arrives whole over %s", async (tls) => {
    const smtp = await server({ tls, auth: { user: "shop@x", password: "p:w/d %" } });
    await transport({ url: smtp.url, ca: smtp.ca }).send(MAIL);

    const [mail] = await smtp.waitFor(1);
    expect(mail?.envelopeFrom).toBe("hello@shop.example");
    expect(mail?.envelopeTo).toEqual(["ada@example.com"]);
    expect(mail?.from?.value).toEqual([{ name: "Ada's Shöp", address: "hello@shop.example" }]);
    expect(mail?.subject).toBe(MAIL.subject);
    expect(mail?.text?.trim()).toBe(MAIL.text.trim());
    expect(mail?.html).toContain("<b>K7QW2M</b>");
    expect(mail?.messageId).toBe(`<${MAIL.id}@shop.example>`);
    expect(mail?.headers.get("auto-submitted")).toBe("auto-generated");
  });

  it("shares few connections with others", async () => {
    const smtp = await server();
    const smtpTransport = transport({ url: smtp.url, ca: smtp.ca });
    await Promise.all(Array.from({ length: 20 }, () => smtpTransport.send(MAIL)));
    expect(smtp.mails).toHaveLength(20);
    expect(smtp.connections).toBeLessThanOrEqual(4);
  });

  it("cannot bring recipients or headers of its own", async () => {
    const smtp = await server();
    const smtpTransport = transport({ url: smtp.url, ca: smtp.ca });
    for (const to of [
      "ada@example.com, eve@example.org",
      "ada@example.com\r\nRCPT TO:<eve@example.org>",
      "ada@example.com>\r\nDATA",
      "<ada@example.com>",
      "Ada <ada@example.com>",
      "group: ada@example.com;",
      "",
    ]) {
      expect((await refusalOf(smtpTransport.send({ ...MAIL, to }))).lasting, to).toBe(true);
    }
    expect(smtp.connections).toBe(0);

    const subject = "Hello\r\nBcc: eve@example.org\r\n\r\nBuy now";
    const from = "Shop\r\nReply-To: eve@example.org <hello@shop.example>";
    await smtpTransport.send({ ...MAIL, subject, from });
    const [mail] = await smtp.waitFor(1);
    expect(mail?.envelopeTo).toEqual(["ada@example.com"]);
    expect(mail?.headers.has("bcc")).toBe(false);
    expect(mail?.headers.has("reply-to")).toBe(false);
    expect(mail?.subject).toBe("Hello Bcc: eve@example.org Buy now");
  });
});

describe("the connection", () => {
  it("is refused without encryption, unless that is allowed in so many words", async () => {
    const smtp = await server({ tls: "none" });
    const refused = await refusalOf(transport({ url: smtp.url }).send(MAIL));
    expect(refused.lasting).toBe(false);
    expect(refused.message).toContain(`127.0.0.1:${smtp.port}`);
    expect(smtp.mails).toHaveLength(0);

    await transport({ url: smtp.url, security: "allowInsecure" }).send(MAIL);
    expect(smtp.mails).toHaveLength(1);
  });

  it("is encrypted with allowInsecure too, where the server offers it, and then the certificate counts", async () => {
    const smtp = await server();
    const refused = await refusalOf(transport({ url: smtp.url, security: "allowInsecure" }).send(MAIL));
    expect(refused.message).toMatch(/self-signed|certificate/);
    await transport({ url: smtp.url, ca: smtp.ca, security: "allowInsecure" }).send(MAIL);
    expect(smtp.mails).toHaveLength(1);
  });

  it.each(["starttls", "implicit"] as const)("needs a trusted certificate over %s", async (tls) => {
    const smtp = await server({ tls });
    const refused = await refusalOf(transport({ url: smtp.url }).send(MAIL));
    expect(refused.lasting).toBe(false);
    expect(refused.message).toMatch(/self-signed certificate/);
    expect(smtp.mails).toHaveLength(0);
  });

  it.each(["starttls", "implicit"] as const)(
    "needs a certificate of the server's name over %s",
    async (tls) => {
      const smtp = await server({ tls, certificate: makeCertificate(["mail.elsewhere.example"]) });
      const refused = await refusalOf(transport({ url: smtp.url, ca: smtp.ca }).send(MAIL));
      expect(refused.lasting).toBe(false);
      expect(refused.message).toMatch(/does not match certificate's altnames|not in the cert/);
      expect(smtp.mails).toHaveLength(0);
    },
  );

  it("that fails is temporary trouble: nobody there, wrong password, no greeting", async () => {
    const gone = await startSmtp();
    await gone.close();
    expect((await refusalOf(transport({ url: gone.url, ca: gone.ca }).send(MAIL))).lasting).toBe(false);

    const smtp = await server({ auth: { user: "shop", password: "right" } });
    const wrong = await refusalOf(
      transport({ url: smtp.url.replace("right", "wrong"), ca: smtp.ca }).send(MAIL),
    );
    expect(wrong.lasting).toBe(false);
    expect(wrong.message).toContain("535");
    const unsigned = await refusalOf(
      transport({ url: smtp.url.replace("shop:right@", ""), ca: smtp.ca }).send(MAIL),
    );
    expect(unsigned.lasting).toBe(false);

    const silent = await tcpServer(() => {});
    const late = await refusalOf(transport({ url: silent, timeout: 100 }).send(MAIL));
    expect(late.lasting).toBe(false);
    expect(late.message).toMatch(/Greeting never received|Timeout/);
  });

  it("ends when a server trickles, however long it would go on", async () => {
    const url = await tcpServer((socket) => {
      socket.write("220 here\r\n");
      const drip = setInterval(() => socket.write("250-wait\r\n"), 20);
      socket.on("close", () => clearInterval(drip));
    });
    const refused = await refusalOf(transport({ url, timeout: 60, security: "allowInsecure" }).send(MAIL));
    expect(refused.lasting).toBe(false);
    expect(refused.message).toContain("took longer than 540 ms");
  }, 5000);

  it("that breaks after the message was sent is not repeated behind the courier's back", async () => {
    let taken = 0;
    let breaks = true;
    const smtp = await server({
      beforeAnswer: async () => {
        taken++;
        if (breaks) smtp.drop();
      },
    });
    const smtpTransport = transport({ url: smtp.url, ca: smtp.ca });
    expect((await refusalOf(smtpTransport.send(MAIL))).lasting).toBe(false);
    expect(taken).toBe(1);
    breaks = false;
    await smtpTransport.send(MAIL);
    breaks = true;
    expect((await refusalOf(smtpTransport.send(MAIL))).lasting).toBe(false);
    expect(taken).toBe(3);
  });

  it("that broke while it was idle is replaced at once", async () => {
    const smtp = await server();
    const smtpTransport = transport({ url: smtp.url, ca: smtp.ca });
    for (let i = 1; i <= 3; i++) {
      await smtpTransport.send(MAIL);
      smtp.drop();
    }
    expect(smtp.mails).toHaveLength(3);
    expect(smtp.connections).toBe(3);
  });
});

describe("a refusal", () => {
  it.each([
    ["mail", 550, true],
    ["rcpt", 550, true],
    ["rcpt", 553, true],
    ["data", 554, true],
    ["mail", 451, false],
    ["rcpt", 450, false],
    ["data", 452, false],
    ["mail", 530, false],
    ["mail", 503, false],
  ] as const)("at %s with %i: lasting is %s", async (stage, code, lasting) => {
    const smtp = await server({
      refuse: (_address, at) => (at === stage ? { code, message: "because of this" } : null),
    });
    const refused = await refusalOf(transport({ url: smtp.url, ca: smtp.ca }).send(MAIL));
    expect(refused.lasting).toBe(lasting);
    expect(refused.message).toContain("because of this");
    expect(refused.code).toBe("mail-failed");
    expect(smtp.mails).toHaveLength(0);
  });

  it("of one mail does not touch the next", async () => {
    const smtp = await server({
      refuse: (address) => (address === "nobody@example.com" ? { code: 550, message: "unknown" } : null),
    });
    const smtpTransport = transport({ url: smtp.url, ca: smtp.ca });
    const refused = smtpTransport.send({ ...MAIL, to: "nobody@example.com" });
    await expect(refused).rejects.toThrow("unknown");
    await smtpTransport.send(MAIL);
    expect(smtp.mails).toHaveLength(1);
  });
});

describe("an option of the wrong form", () => {
  it.each([
    [{ url: "mail.example.com" }, "mail.smtp.url"],
    [{ url: "https://user:hunter2@mail.example.com" }, "mail.smtp.url"],
    [{ url: "smtp://" }, "mail.smtp.url"],
    [{ url: "smtp://user:hunter2@mail.example.com?tls.rejectUnauthorized=false" }, "mail.smtp.url"],
    [{ url: "smtp://user:hunter2%@mail.example.com" }, "mail.smtp.url"],
    [{ url: "smtps://user:hunter2@mail.example.com", security: "starttls" }, "mail.smtp.security"],
    [{ url: "smtps://user:hunter2@mail.example.com", security: "allowInsecure" }, "mail.smtp.security"],
    [{ url: "smtp://mail.example.com", timeout: 0 }, "mail.smtp.timeout"],
    [{ url: "smtp://mail.example.com", timeout: 60_001 }, "mail.smtp.timeout"],
    [{ url: "smtp://mail.example.com", ca: "no certificate" }, "mail.smtp.ca"],
  ] as const)("%j is refused by name, without its password", (options, option) => {
    const error = (() => {
      try {
        createSmtpTransport(options);
      } catch (thrown) {
        return thrown as Error & { code: string; details: { option: string } };
      }
      throw new Error("It was accepted.");
    })();
    expect(error.code).toBe("invalid-option");
    expect(error.details.option).toBe(option);
    expect(error.message).toContain(option);
    expect(error.message).not.toContain("hunter2");
  });
});

it("sends nothing once it is closed", async () => {
  const smtp = await server();
  const smtpTransport = createSmtpTransport({ url: smtp.url, ca: smtp.ca });
  await smtpTransport.send(MAIL);
  await smtpTransport.close();
  await expect(smtpTransport.send(MAIL)).rejects.toThrow(MailRefused);
  expect(smtp.mails).toHaveLength(1);
});

/** A server that is no mail server; answers its address. */
async function tcpServer(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const listening = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    onConnection(socket);
  }).listen(0, "127.0.0.1");
  await once(listening, "listening");
  cleanups.push(
    () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        listening.close(() => resolve());
      }),
  );
  return `smtp://127.0.0.1:${(listening.address() as AddressInfo).port}`;
}
