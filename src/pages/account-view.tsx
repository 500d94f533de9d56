import { deviceName } from "../base/device-name.js";
import type { Session } from "../space/contract.js";
import { Deletion, Email, Password, SecondFactor } from "./account-changes.js";
import type { AccountInput, PartProps } from "./account-input.js";
import { Form, Message, TextField } from "./form.js";
import { when } from "./times.js";
import type { PageInput, Visit } from "./visit.js";

/** The page of one's own account. */
export function accountView(visit: Visit, input: AccountInput): PageInput {
  const { forms, notice } = input;
  const words = visit.words.account;
  const problem =
    forms.profile?.problem ??
    forms.password ??
    forms.email?.problem ??
    forms.secondFactor ??
    forms.sessions ??
    forms.deletion;
  const part = { visit, input };
  return {
    title: words.title,
    wide: true,
    ...(problem === undefined ? {} : { problem }),
    children: (
      <>
        <h1>{words.title}</h1>
        {notice === null || problem !== undefined ? null : <Message kind="good">{notice}</Message>}
        <WhoYouAre {...part} />
        <Profile {...part} />
        <Password {...part} />
        <Email {...part} />
        <SecondFactor {...part} />
        <Sessions {...part} />
        <Deletion {...part} />
      </>
    ),
  };
}

function WhoYouAre({ visit, input: { user } }: PartProps) {
  const words = visit.words.account;
  return (
    <section class="card">
      <dl>
        <dt>{words.username}</dt>
        <dd>{user.username ?? words.none}</dd>
        <dt>{words.email}</dt>
        <dd>
          {user.email ?? words.none}
          {user.email === null ? null : (
            <span class="soft"> {user.emailVerifiedAt === null ? words.unverified : words.verified}</span>
          )}
        </dd>
        <dt>{words.since}</dt>
        <dd>{when(visit, user.createdAt)}</dd>
        {user.admin || user.superuser ? (
          <>
            <dt>{words.rights}</dt>
            <dd>{user.superuser ? words.superuser : words.admin}</dd>
          </>
        ) : null}
      </dl>
      {user.email !== null && user.emailVerifiedAt === null ? (
        <p>
          <a href="/verify/again">{words.verify}</a>
        </p>
      ) : null}
      <Form visit={visit} action="/sign-out" submit={words.signOut} look="quiet" />
    </section>
  );
}

function Profile({ visit, input: { user, forms } }: PartProps) {
  const words = visit.words.account;
  const problem = forms.profile?.problem;
  const values = forms.profile?.values ?? { username: user.username ?? "", userLocale: user.locale ?? "" };
  return (
    <section class="card">
      <h2>{words.profile}</h2>
      <Form visit={visit} action="/account/profile" submit={words.saveProfile} problem={problem}>
        <TextField
          form="profile"
          name="username"
          label={visit.words.fields.username}
          autocomplete="username"
          optional={user.email !== null}
          value={values.username}
          problem={problem}
        />
        <TextField
          form="profile"
          name="userLocale"
          label={words.locale}
          hint={words.localeHint}
          autocomplete="language"
          optional
          value={values.userLocale}
          problem={problem}
        />
      </Form>
    </section>
  );
}

function Sessions({ visit, input: { session: current, sessions, forms } }: PartProps) {
  const words = visit.words.account;
  const rows = [...sessions.items].sort((a, b) => Number(b.id === current.id) - Number(a.id === current.id));
  return (
    <section class="card">
      <h2>{words.sessions}</h2>
      {forms.sessions?.alert === undefined ? null : <Message kind="bad">{forms.sessions.alert}</Message>}
      <ul class="rows">
        {rows.map((session) => (
          <SessionRow visit={visit} session={session} isCurrent={session.id === current.id} />
        ))}
      </ul>
      {sessions.next === null ? null : (
        <p>
          <a href={`/account?after=${encodeURIComponent(sessions.next)}`}>{words.moreSessions}</a>
        </p>
      )}
      {rows.some((session) => session.id !== current.id) ? (
        <Form visit={visit} action="/account/sessions/end-others" submit={words.endOthers} look="quiet" />
      ) : null}
    </section>
  );
}

function SessionRow(props: {
  readonly visit: Visit;
  readonly session: Session;
  readonly isCurrent: boolean;
}) {
  const { visit, session, isCurrent } = props;
  const words = visit.words.account;
  const { browser, system } = deviceName(session.userAgent);
  const device = words.device(browser, system);
  return (
    <li>
      <div>
        <p>
          {device} {isCurrent ? <span class="tag">{words.thisDevice}</span> : null}
        </p>
        <p class="soft">
          {words.lastSeen}{" "}
          <time datetime={session.lastSeenAt.toISOString()}>{when(visit, session.lastSeenAt)}</time>
          {session.ip === null ? null : ` · ${session.ip}`}
        </p>
      </div>
      {isCurrent ? null : (
        <Form
          visit={visit}
          action="/account/sessions/end"
          submit={words.endSession}
          submitLabel={words.endSessionOf(device, when(visit, session.lastSeenAt))}
          look="quiet"
          hidden={{ session: session.id }}
        />
      )}
    </li>
  );
}
