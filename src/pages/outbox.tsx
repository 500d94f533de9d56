import { equalInConstantTime, hmac } from "../base/crypto.js";
import { readCookie } from "../http/cookies.js";
import type { OutboxMail } from "../space/contract.js";
import { notFoundPage } from "./error-pages.js";
import { linkParts } from "./link-parts.js";
import { when } from "./times.js";
import type { Route, Visit } from "./visit.js";

/**
 * `/outbox`: what would have been mailed, on a developer's machine. It shows codes and links, so it is there only where a
 * key was set, for whoever has the key, under a name of this very machine (another one could be a foreign page that made
 * its own name point here).
 */
export const outbox: readonly Route[] = [
  { path: "/outbox", get: (visit) => withKey(visit, () => showList(visit)) },
  { path: "/outbox/:id", get: (visit) => withKey(visit, () => showMail(visit)) },
];

const COOKIE = "watchword-outbox";
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

async function withKey(visit: Visit, show: () => Promise<Response>): Promise<Response> {
  const key = visit.web.outboxKey;
  if (key === null || !isLoopback(visit)) return notFoundPage(visit);
  const given = visit.query("key");
  if (given !== null) {
    if (!equalInConstantTime(given, key)) return showKeyNeeded(visit);
    visit.setCookies([
      `${COOKIE}=${proofOf(visit, key)}; Path=/outbox; HttpOnly; SameSite=Strict${visit.web.secure ? "; Secure" : ""}`,
    ]);
    return visit.redirect(visit.url.pathname);
  }
  const proof = readCookie(visit.request.headers.get("cookie"), COOKIE);
  return proof !== null && equalInConstantTime(proof, proofOf(visit, key)) ? show() : showKeyNeeded(visit);
}

/** Cookies of one host go to every port of it: other programs on this machine get to see this, and not the key. */
function proofOf(visit: Visit, key: string): string {
  return hmac(visit.space.deriveKey("outbox cookie"), key);
}

function isLoopback(visit: Visit): boolean {
  const host = visit.request.headers.get("host");
  return LOOPBACK.has(visit.url.hostname) && (host === null || LOOPBACK.has(hostnameOf(host)));
}

function hostnameOf(host: string): string {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : "";
}

async function showKeyNeeded(visit: Visit): Promise<Response> {
  const words = visit.words.outbox;
  return visit.show({
    title: words.title,
    status: 403,
    children: (
      <div class="card">
        <h1>{words.title}</h1>
        <p>{words.keyNeeded}</p>
      </div>
    ),
  });
}

async function showList(visit: Visit): Promise<Response> {
  const words = visit.words.outbox;
  const mails = await visit.space.mail.outbox();
  return visit.show({
    title: words.title,
    wide: true,
    children: (
      <>
        <h1>{words.title}</h1>
        <p class="soft">{words.lead}</p>
        <div class="card">
          {mails.length === 0 ? (
            <p>{words.empty}</p>
          ) : (
            <ul class="rows">
              {mails.map((mail) => (
                <li>
                  <div>
                    <p>
                      <a href={`/outbox/${encodeURIComponent(mail.id)}`}>{mail.subject}</a>
                    </p>
                    <p class="soft">
                      {words.to} {mail.to} ·{" "}
                      <time datetime={mail.at.toISOString()}>{when(visit, mail.at)}</time>
                    </p>
                  </div>
                </li>
              ))}
            </ul>
          )}
        </div>
      </>
    ),
  });
}

async function showMail(visit: Visit): Promise<Response> {
  const id = visit.pathPart("id");
  const mail = (await visit.space.mail.outbox()).find((one) => one.id === id);
  if (mail === undefined) return notFoundPage(visit);
  const words = visit.words.outbox;
  return visit.show({
    title: mail.subject,
    wide: true,
    inlineStyles: true,
    children: (
      <>
        <p>
          <a href="/outbox">{words.back}</a>
        </p>
        <h1>{mail.subject}</h1>
        <div class="card">
          <dl>
            <dt>{words.from}</dt>
            <dd>{mail.from}</dd>
            <dt>{words.to}</dt>
            <dd>{mail.to}</dd>
            <dt>{words.at}</dt>
            <dd>{when(visit, mail.at)}</dd>
          </dl>
        </div>
        <section class="card">
          <h2>{words.text}</h2>
          <MailText visit={visit} mail={mail} />
        </section>
        {mail.html !== "" && (
          <section class="card">
            <h2>{words.html}</h2>
            {/* An empty sandbox: no scripts, no forms, no origin, no way to move this page elsewhere. */}
            <iframe title={words.html} sandbox="" srcdoc={mail.html} />
          </section>
        )}
      </>
    ),
  });
}

/** The text of a mail, its links to this site ready to click. */
function MailText({ visit, mail }: { readonly visit: Visit; readonly mail: OutboxMail }) {
  return (
    <pre>
      {linkParts(mail.text, visit.space.baseUrl).map((part) =>
        part.isLink ? <a href={part.text}>{part.text}</a> : part.text,
      )}
    </pre>
  );
}
