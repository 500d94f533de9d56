import type { User } from "../space/contract.js";
import type { PartProps } from "./account-input.js";
import { Form, PasswordField, TextField } from "./form.js";

// What is asked for once more before it is changed: with the password, or by a code where there is none.

export function Password({ visit, input: { user, hasPassword, forms } }: PartProps) {
  const words = visit.words.account;
  if (!hasPassword)
    return (
      <section class="card">
        <h2>{words.password}</h2>
        <p>{words.noPassword}</p>
        <p>
          <a href="/reset">{words.setPassword}</a>
        </p>
      </section>
    );
  const { fields } = visit.words;
  return (
    <section class="card">
      <h2>{words.password}</h2>
      <p class="soft">{words.passwordHint}</p>
      <Form visit={visit} action="/account/password" submit={words.changePassword} problem={forms.password}>
        <AccountName user={user} />
        <PasswordField
          form="password"
          name="currentPassword"
          label={fields.currentPassword}
          autocomplete="current-password"
          problem={forms.password}
        />
        <PasswordField
          form="password"
          name="newPassword"
          label={fields.newPassword}
          hint={fields.newPasswordHint(visit.space.passwords.policy.minLength)}
          autocomplete="new-password"
          problem={forms.password}
        />
      </Form>
    </section>
  );
}

export function Email({ visit, input: { user, hasPassword, forms } }: PartProps) {
  const words = visit.words.account;
  const { value, problem } = forms.email ?? {};
  if (!hasPassword)
    return user.email === null ? null : (
      <section class="card">
        <h2>{words.emailTitle}</h2>
        <p class="soft">{words.emailHintWithoutPassword}</p>
        <Form
          visit={visit}
          action="/account/email/ask"
          submit={words.askEmail}
          look="quiet"
          problem={problem}
        />
      </section>
    );
  return (
    <section class="card">
      <h2>{words.emailTitle}</h2>
      <p class="soft">{words.emailHint}</p>
      <Form visit={visit} action="/account/email" submit={words.changeEmail} problem={problem}>
        <TextField
          form="email"
          name="email"
          label={visit.words.fields.newEmail}
          inputmode="email"
          autocomplete="email"
          value={value}
          problem={problem}
        />
        <PasswordField
          form="email"
          name="password"
          label={visit.words.fields.password}
          autocomplete="current-password"
          problem={problem}
        />
      </Form>
    </section>
  );
}

export function SecondFactor({ visit, input: { user, hasPassword, forms } }: PartProps) {
  const words = visit.words.account;
  const isOn = user.secondFactor !== null;
  const isPossible = hasPassword && user.email !== null && user.emailVerifiedAt !== null;
  return (
    <section class="card">
      <h2>{words.secondFactor}</h2>
      {isOn || hasPassword ? <p class="soft">{isOn ? words.secondFactorOn : words.secondFactorOff}</p> : null}
      {isOn || isPossible ? (
        <Form
          visit={visit}
          action="/account/second-factor"
          submit={isOn ? words.dropSecondFactor : words.chooseSecondFactor}
          problem={forms.secondFactor}
          hidden={{ factor: isOn ? "none" : "mail" }}
          {...(isOn ? { look: "quiet" as const } : {})}
        >
          <AccountName user={user} />
          <PasswordField
            form="second-factor"
            name="password"
            label={visit.words.fields.password}
            autocomplete="current-password"
            problem={forms.secondFactor}
          />
        </Form>
      ) : (
        <p>{words.secondFactorNeeds}</p>
      )}
    </section>
  );
}

/** Tells password managers whose password it is; people see it above. */
function AccountName({ user }: { readonly user: User }) {
  return (
    <input
      type="text"
      name="account"
      value={user.username ?? user.email ?? ""}
      autocomplete="username"
      readonly
      hidden
    />
  );
}

export function Deletion({ visit, input: { user, hasPassword, forms } }: PartProps) {
  const words = visit.words.account;
  // Without address and password nobody can prove who asks; an administrator has to.
  if (!hasPassword && user.email === null) return null;
  if (!hasPassword)
    return (
      <section class="card">
        <h2>{words.deletion}</h2>
        <p class="soft">
          {words.deletionHint} {words.deletionHintWithoutPassword}
        </p>
        <Form
          visit={visit}
          action="/account/delete/ask"
          submit={words.askDeletion}
          look="danger"
          problem={forms.deletion}
        />
      </section>
    );
  return (
    <section class="card">
      <h2>{words.deletion}</h2>
      <p class="soft">{words.deletionHint}</p>
      <Form
        visit={visit}
        action="/account/delete"
        submit={words.deleteAccount}
        look="danger"
        problem={forms.deletion}
      >
        <AccountName user={user} />
        <PasswordField
          form="deletion"
          name="password"
          label={visit.words.fields.password}
          autocomplete="current-password"
          problem={forms.deletion}
        />
      </Form>
    </section>
  );
}
