/**
 * All English wording of mails and pages. A second language is one more file of this shape, registered in
 * `catalogue.ts`. Texts are plain: whoever renders them escapes them.
 */
export const en = {
  /** The BCP 47 tag of this catalogue. */
  language: "en",

  mail: {
    greeting: (name: string) => `Hello ${name},`,
    greetingWithoutName: "Hello,",
    /** A point in time; always in UTC, because nobody knows where the reader is. */
    time: (at: number) => {
      const day = new Intl.DateTimeFormat("en-GB", {
        day: "numeric",
        month: "long",
        year: "numeric",
        timeZone: "UTC",
      }).format(at);
      return `${day}, ${new Date(at).toISOString().slice(11, 16)} UTC`;
    },
    duration: (milliseconds: number) => {
      const minutes = Math.max(1, Math.round(milliseconds / 60_000));
      if (minutes < 120 && minutes !== 60) return minutes === 1 ? "1 minute" : `${minutes} minutes`;
      const hours = Math.round(minutes / 60);
      return hours === 1 ? "1 hour" : `${hours} hours`;
    },
    codeLasts: (duration: string, until: string) => `The code works once, for ${duration} (until ${until}).`,
    linkLasts: (duration: string, until: string) => `The link works once, for ${duration} (until ${until}).`,
    keepCode: (siteName: string) =>
      `Give the code to nobody. ${siteName} never asks for it by phone, chat or mail.`,
    sentBy: (siteName: string) => `This mail was sent by ${siteName}.`,
    ignore: "If you did not ask for this, ignore this mail: nothing happens without the code or the link.",
    contact: (siteName: string) => `If it was not you, tell the people who run ${siteName} at once:`,
    resetNow: "If it was not you, somebody else may know your password. Choose a new one now:",
    when: "When",
    address: "Network address",
    device: "Device",
    unknownDevice: "not recognised",
    browserOnSystem: (browser: string, system: string) => `${browser} on ${system}`,
    yes: "yes",
    no: "no",
    none: "none",

    /** Sent by an operator who wants to see whether mails arrive. */
    test: {
      subject: (siteName: string) => `Test mail from ${siteName}`,
      lead: (siteName: string, time: string) =>
        `${siteName} sent this mail on ${time} to see whether mails arrive. They do.`,
    },
    verifyEmail: {
      subject: (siteName: string) => `Confirm your email address for ${siteName}`,
      lead: (siteName: string) =>
        `This address was given to ${siteName}. If it was you, type this code where you were asked for it:`,
      link: "Or open this page, in the same browser if you can, and press the button there:",
      button: "Confirm the address",
    },
    signUpKnown: {
      subject: (siteName: string) => `You already have an account at ${siteName}`,
      lead: (siteName: string) =>
        `Somebody tried to sign up at ${siteName} with this address. There is an account with it already, so no new one was made.`,
      signIn: "If it was you, sign in:",
      signInButton: "Sign in",
      reset: "If you do not know the password any more, choose a new one:",
      resetButton: "Choose a new password",
      ignore:
        "If it was not you, ignore this mail: nothing was changed, and nobody learned that you have an account.",
    },
    resetPassword: {
      subject: (siteName: string) => `Choose a new password for ${siteName}`,
      lead: (siteName: string) =>
        `Somebody asked for a new password for your account at ${siteName}. If it was you, type this code where you were asked for it:`,
      link: "Or open this page and choose the new password there:",
      button: "Choose a new password",
      ignore: "If you did not ask for this, ignore this mail: your password stays as it is.",
    },
    signIn: {
      subject: (siteName: string) => `Your code to sign in at ${siteName}`,
      lead: (siteName: string) =>
        `Somebody wants to sign in to your account at ${siteName}. If it is you, type this code where you were asked for it:`,
      link: "Or open this page, and press the button there to sign in on this device:",
      button: "Sign in",
      ignore:
        "If you did not ask for this, ignore this mail and give the code to nobody: nobody signs in with it but you.",
    },
    changeEmail: {
      subject: (siteName: string) => `Confirm your new email address for ${siteName}`,
      lead: (siteName: string) =>
        `Somebody wants this address for their account at ${siteName}. If it was you, type this code where you were asked for it:`,
      link: "Or open this page, and press the button there:",
      button: "Take this address",
      ignore:
        "If you did not ask for this, ignore this mail: the account stays with the address that it has.",
    },
    changeEmailKnown: {
      subject: (siteName: string) => `This address is in use at ${siteName}`,
      lead: (siteName: string) =>
        `Somebody wanted this address for another account at ${siteName}. There is an account with it already, so nothing was changed.`,
      own: "If it was you, and both accounts are yours, sign in to the one that has this address, and change or delete it first.",
      ignore: "If it was not you, ignore this mail: nobody learned that you have an account.",
    },
    deleteAccount: {
      subject: (siteName: string) => `Delete your account at ${siteName}`,
      lead: (siteName: string) =>
        `Somebody wants to delete your account at ${siteName}, with all that is kept in it. If it was you, type this code where you were asked for it:`,
      link: "Or open this page, and press the button there:",
      button: "Delete the account",
      ignore: "If you did not ask for this, ignore this mail: your account stays as it is.",
    },
    unlock: {
      subject: (siteName: string) => `Unlock your account at ${siteName}`,
      lead: (siteName: string) =>
        `Somebody asked to forget the wrong passwords that were tried on your account at ${siteName}. If it was you, type this code where you were asked for it:`,
      link: "Or open this page, and press the button there:",
      button: "Unlock the account",
      ignore: "If you did not ask for this, ignore this mail: nothing changes.",
    },
    accountCode: {
      subject: (siteName: string) => `Your code for ${siteName}`,
      deeds: (purposes: readonly string[]) => {
        const deeds: Readonly<Record<string, string>> = {
          "reset-password": "choose a new password",
          "change-email": "change the email address",
          "delete-account": "delete the account",
        };
        return new Intl.ListFormat("en-GB", { type: "disjunction" }).format(
          purposes.flatMap((purpose) => (Object.hasOwn(deeds, purpose) ? [deeds[purpose] ?? ""] : [])),
        );
      },
      lead: (siteName: string, deeds: string) =>
        `Somebody asked for a code for your account at ${siteName}.${deeds === "" ? "" : ` With it you can ${deeds}.`} If it was you, type this code where you were asked for it:`,
      ignore:
        "If you did not ask for this, ignore this mail and give the code to nobody: nothing changes without it.",
    },
    secondFactorChanged: {
      subject: (siteName: string) => `How you sign in at ${siteName} was changed`,
      leadOn: (siteName: string) =>
        `From now on a sign-in to your account at ${siteName} asks for a code from a mail, besides the password. If it was you, there is nothing to do.`,
      leadOff: (siteName: string) =>
        `From now on a sign-in to your account at ${siteName} no longer asks for a code from a mail, besides the password. If it was you, there is nothing to do.`,
      button: "Choose a new password",
    },
    secondFactor: {
      subject: (siteName: string) => `Your code to sign in at ${siteName}`,
      lead: (siteName: string) =>
        `Somebody just gave the right password for your account at ${siteName}. To sign in, this code is needed too:`,
      leadLocked: (siteName: string) =>
        `Somebody just gave the right password for your account at ${siteName}. Because many wrong ones were tried before, this code is needed too:`,
      warning: "If it was not you, give the code to nobody, and choose a new password now:",
      button: "Choose a new password",
    },
    passwordChanged: {
      subject: (siteName: string) => `Your password for ${siteName} was changed`,
      lead: (siteName: string) =>
        `The password of your account at ${siteName} was changed. Other devices were signed out. If it was you, there is nothing to do.`,
      button: "Choose a new password",
    },
    emailChanged: {
      subject: (siteName: string) => `The email address of your account at ${siteName} was changed`,
      lead: (siteName: string) =>
        `Your account at ${siteName} has another email address now, and no longer this one. If it was you, there is nothing to do.`,
      newAddress: "New address",
    },
    permissionsChanged: {
      subject: (siteName: string) => `Your rights at ${siteName} were changed`,
      lead: (siteName: string) => `Somebody who may do so changed the rights of your account at ${siteName}.`,
      active: "May sign in",
      admin: "Administrator",
      superuser: "Superuser",
      roles: "Roles",
      question: (siteName: string) => `If you have questions about this, ask the people who run ${siteName}:`,
    },
    newDevice: {
      subject: (siteName: string) => `New sign-in to your account at ${siteName}`,
      lead: (siteName: string) =>
        `Your account at ${siteName} was signed in to on a device that was not used for it before. If it was you, there is nothing to do.`,
      button: "Choose a new password",
    },
    accountDeleted: {
      subject: (siteName: string) => `Your account at ${siteName} was deleted`,
      lead: (siteName: string) =>
        `Your account at ${siteName} was deleted, with what was kept in it. It cannot be brought back.`,
    },
  },

  pages: {
    /** The title of a page whose form was sent in vain; it is what screen readers say first. */
    titleOfProblem: (title: string) => `Error: ${title}`,

    fields: {
      identifier: "Email or username",
      email: "Email",
      username: "Username",
      usernameOptional: "Username (optional)",
      password: "Password",
      currentPassword: "Current password",
      newPassword: "New password",
      newPasswordHint: (minLength: number) =>
        `At least ${minLength} characters. A few words in a row are easy to remember and hard to guess.`,
      newEmail: "New email address",
      passwordOptional: "Password (optional)",
      signUpPassword: "The password that you chose when you signed up",
      code: "Code",
    },

    errors: {
      missing: "Fill this in.",
      unusable: "This cannot be used; type it anew, and shorter if it is long.",
      invalidEmail: "This is no email address that mail can reach. It should look like ada@example.com.",
      invalidUsername:
        "This cannot be a username. Use up to 255 visible characters, with an @ only if it is your own email address.",
      usernameTaken:
        "This username is taken, perhaps by a sign-up of your own that is not confirmed yet. Choose another one, or leave it out.",
      emailTaken: "There is an account with this email address already.",
      sameEmail: "This is the address that you have already.",
      wrongPassword: "This is not your password.",
      wrongCode: "The code is wrong, used or too old. Look at the latest mail, or ask for another code.",
      limited: (when: string) => `Too many tries. Try again ${when}.`,
      busy: "Too many people are signing in at this moment. Try again in a few seconds.",
      password: {
        "too-short": (policy: { readonly minLength: number }) =>
          `The password is too short. Use at least ${policy.minLength} characters.`,
        "too-long": (policy: { readonly maxLength: number }) =>
          `The password is too long. Use at most ${policy.maxLength} characters.`,
        common: () =>
          "Many people use this password, so it is among the first that are tried. Choose another one.",
        personal: () =>
          "The password is too close to your name, your address or this site. Choose another one.",
        "invalid-text": () => "The password holds something that is no text. Type it anew.",
      },
    },

    /** What was just done, said on the page after it. */
    notices: {
      "signed-up": "Your account is ready. Now sign in.",
      "confirm-first": "Before you can sign in, confirm that the address is yours.",
      verified: "Your email address is confirmed. Now sign in.",
      "address-confirmed": "Your email address is confirmed.",
      "password-reset": "Your new password is set, and every device was signed out. Now sign in.",
      "set-up": "The administrator's account is ready. Now sign in.",
      "signed-out": "You are signed out.",
      "profile-saved": "Saved.",
      "password-changed": "Your password is changed. Other devices were signed out.",
      "session-ended": "That device is signed out.",
      "sessions-ended": "All other devices are signed out.",
      "account-deleted": "Your account is deleted.",
      "email-changed": "Your email address is changed.",
      "second-factor-on": "From now on a sign-in asks for a mailed code too.",
      "second-factor-off": "From now on a sign-in asks for the password alone.",
      unlocked: "The account is unlocked. Now sign in.",
    },

    home: {
      title: "Welcome",
      lead: (siteName: string) => `Here you sign in to ${siteName} and look after your account.`,
      signIn: "Sign in",
      signUp: "Create an account",
      reset: "Forgotten your password?",
      signedInAs: (name: string) => `You are signed in as ${name}.`,
      account: "Your account",
      signOut: "Sign out",
      administrator:
        "You are an administrator here. Until there is a console, look after people with the command “watchword user --help”, or with the API under /api/admin.",
      programs: "For programs:",
      api: "the API and its description",
      setUp:
        "There is no administrator yet. The terminal in which the server was started shows a link: open it to set up the first one.",
    },

    signUp: {
      title: "Create an account",
      emailHint: "A code goes there, to make sure that the address is yours.",
      usernameHint: "You can sign in with it instead of the address.",
      passwordOptionalHint: (minLength: number) =>
        `At least ${minLength} characters. Without one you sign in with codes that are mailed to you.`,
      withoutPassword: "You need no password: you sign in with codes that are mailed to you.",
      closed: "This service takes no sign-ups. Ask an administrator for an account.",
      submit: "Create the account",
      known: "Have an account already?",
      signIn: "Sign in",
    },

    verify: {
      title: "Confirm your email address",
      lead: (duration: string) =>
        `A mail with a code is on its way to you. Type the code here; it works for ${duration}.`,
      otherBrowser:
        "A code works only in the browser in which you asked for it. Open the link of the mail instead, or ask for another code.",
      taken: "Somebody else has confirmed this address in the meantime.",
      submit: "Confirm",
      nothingCame: "Nothing came? Mail can take a minute, or lie among the spam.",
      again: "Send another code",
    },

    verifyLink: {
      title: "Confirm your email address",
      lead: "Press the button to confirm that this address is yours.",
      leadWithPassword:
        "To make sure that it is you who signed up with this address, type the password that you chose then.",
      askPassword: "Type the password that you chose when you signed up.",
      wrongPassword: "This is not the password that was chosen when this address was signed up with.",
      submit: "Confirm",
      deadTitle: "This link does not work any more",
      dead: "It was used already, is too old, or was cut off on the way. If you confirmed your address with it before, just sign in. Otherwise ask for another mail.",
      signIn: "Sign in",
      again: "Send another mail",
    },

    verifyAgain: {
      title: "Send another code",
      lead: "For which address or username do you wait for a code?",
      leadKnown:
        "Your email address is not confirmed yet. Press the button, and a mail with a code goes out to it.",
      submit: "Send a code",
      lost: "Just signed up, and no mail came?",
      signUp: "Sign up once more",
      lostHow: "If you chose a username then, leave it out this time: it is kept for a day.",
    },

    signIn: {
      title: "Sign in",
      submit: "Sign in",
      forgotten: "Forgotten your password?",
      unknown: "No account yet?",
      signUp: "Create one",
      byMail: "Sign in with a mailed code",
      unlock: "Too many wrong passwords? Unlock the account",
      already: (name: string) => `You are signed in as ${name}.`,
      goOn: "Go on",
      wrong: "That name and password do not belong together. Check both; capitals count in passwords.",
      inactive: "This account is switched off. Ask the people who run this site.",
      blocked: (until: string | null, reason: string | null) =>
        [
          until === null ? "This account is blocked." : `This account is blocked until ${until}.`,
          ...(reason === null ? [] : [`The reason given: ${reason}`]),
        ].join(" "),
    },

    signInCode: {
      title: "One more step",
      lead: "To sign in to this account, a code from a mail is needed too. If the password that you typed is the right one, the mail is on its way to the account's address.",
      submit: "Sign in",
      again: "Start again",
    },

    signInMail: {
      title: "Sign in with a mailed code",
      lead: "Type your email address or username. If the account signs in with mailed codes, a mail with a code and a link goes to its address.",
      submit: "Send the mail",
      password: "Sign in with a password",
    },

    signInMailCode: {
      title: "Sign in with a mailed code",
      lead: (duration: string) =>
        `If the account signs in with mailed codes, a mail is on its way to its address. Type the code from it here; it works for ${duration}.`,
      submit: "Sign in",
      nothingCame: "Nothing came, or the code is too old?",
      again: "Send another mail",
    },

    signInLink: {
      title: "Sign in",
      lead: "Press the button to sign in on this device.",
      submit: "Sign in",
    },

    unlock: {
      title: "Unlock an account",
      lead: "After many wrong passwords people have to wait, or need a code besides. Type your email address or username. If there is an account, a mail goes to its address, and the wrong passwords are forgotten with the code or the link in it.",
      submit: "Send the mail",
      back: "Sign in",
    },

    unlockCode: {
      title: "Unlock an account",
      lead: (duration: string) =>
        `If there is an account, a mail is on its way to its address. Type the code from it here; it works for ${duration}.`,
      submit: "Unlock the account",
      nothingCame: "Nothing came, or the code is too old?",
      again: "Send another mail",
    },

    unlockLink: {
      title: "Unlock your account",
      lead: "Press the button, and the wrong passwords that were tried on your account are forgotten.",
      submit: "Unlock the account",
    },

    changeEmail: {
      title: "Change your email address",
      lead: (duration: string) =>
        `If the new address is free, a mail with a code is on its way there. Type the code here; it works for ${duration}.`,
      leadOld: (duration: string) =>
        `A mail with a code is on its way to the address that you have now. Type the code, and the new address; the code works for ${duration}.`,
      submit: "Change the address",
      submitOld: "Go on",
      taken: "Somebody else has this address by now.",
      back: "Back to your account",
      linkLead:
        "Press the button to make this the address of your account. The address that it had until now is told.",
      linkLeadWithPassword:
        "To make this the address of your account, type the password of that account. The address that it had until now is told. If you did not ask for this, close this page.",
    },

    deleteCode: {
      title: "Delete your account",
      lead: (duration: string) =>
        `A mail with a code is on its way to you. With the code your account goes, with all that is kept in it, and cannot be brought back. The code works for ${duration}.`,
      linkLead:
        "Press the button, and your account goes, with all that is kept in it. It cannot be brought back.",
      submit: "Delete my account",
      back: "Back to your account",
    },

    /** A link of any kind that opens nothing. */
    deadLink: {
      title: "This link does not work any more",
      lead: "It was used already, is too old, or was cut off on the way. Ask for another mail.",
    },

    signOut: {
      title: "Sign out",
      lead: "Sign out on this device?",
      submit: "Sign out",
      back: "Back to your account",
    },

    reset: {
      title: "Choose a new password",
      lead: "Type your email address or username. If there is an account, a mail with a code and a link goes to its address.",
      submit: "Send the mail",
      remembered: "Remembered it?",
      signIn: "Sign in",
    },

    resetCode: {
      title: "Choose a new password",
      lead: (duration: string) =>
        `If there is an account, a mail is on its way to its address. Type the code from it here; it works for ${duration}.`,
      submit: "Set the new password",
      nothingCame: "Nothing came, or the code is too old?",
      again: "Send another mail",
    },

    resetLink: {
      title: "Choose a new password",
      lead: "With the new password every device is signed out, this one too.",
      submit: "Set the new password",
      again: "Send another mail",
    },

    account: {
      title: "Your account",
      username: "Username",
      email: "Email",
      none: "none",
      verified: "(confirmed)",
      unverified: "(not confirmed yet)",
      verify: "Confirm the address",
      since: "Here since",
      rights: "Rights",
      admin: "Administrator",
      superuser: "Superuser",
      signOut: "Sign out",
      profile: "Profile",
      saveProfile: "Save",
      locale: "Language of mails (optional)",
      localeHint: "A tag such as en or en-GB.",
      unknownLocale: "This is no language tag. Write one such as en or en-GB, or leave it empty.",
      lastName: "You have no email address, so keep a username: without either you could not sign in.",
      password: "Password",
      passwordHint: "A new password signs all other devices out.",
      changePassword: "Change the password",
      noPassword: "You have no password: you sign in with mailed codes. To set one, ask for a mail.",
      setPassword: "Set a password",
      emailTitle: "Email address",
      emailHint: "A code goes to the new address, to make sure that it is yours. The old one is told.",
      emailHintWithoutPassword:
        "A code goes to the address that you have now, then another one to the new address.",
      changeEmail: "Change the address",
      askEmail: "Change the address",
      secondFactor: "Second step at sign-in",
      secondFactorOn: "A sign-in asks for a code from a mail, besides the password.",
      secondFactorOff:
        "A sign-in asks for the password alone. With a second step, somebody who learns it cannot sign in without your mail.",
      secondFactorNeeds: "This needs a password, and an email address that is confirmed.",
      chooseSecondFactor: "Ask for a mailed code too",
      dropSecondFactor: "Ask for the password alone",
      sessions: "Signed-in devices",
      device: (browser: string | null, system: string | null) => {
        if (browser === null) return system ?? "Unknown device";
        return system === null ? browser : `${browser} on ${system}`;
      },
      thisDevice: "This device",
      lastSeen: "Last seen",
      endSession: "Sign out",
      endSessionOf: (device: string, lastSeen: string) => `Sign out ${device}, last seen ${lastSeen}`,
      endOthers: "Sign out all other devices",
      moreSessions: "More devices",
      noSuchSession: "That device is signed out already.",
      deletion: "Delete the account",
      deletionHint: "Your account goes, with all that is kept in it, and cannot be brought back.",
      deletionHintWithoutPassword: "A code goes to your address; with it you delete the account.",
      deleteAccount: "Delete my account",
      askDeletion: "Delete my account",
    },

    setUp: {
      title: "Set up the first administrator",
      lead: (siteName: string) =>
        `This account may do everything at ${siteName}. Choose a password that you use nowhere else.`,
      submit: "Create the administrator",
      noToken:
        "The link for this stands in the terminal in which the server was started. Open it from there.",
      wrongToken:
        "This link was used, is older than a day, or was replaced by a newer one. The latest stands in the terminal of the server; the command “watchword set-up” prints a new one.",
      doneTitle: "All set up",
      done: "There is an administrator already, so this page has done its work.",
      signIn: "Sign in",
    },

    outbox: {
      title: "Outbox",
      lead: "No mail server is set up, so mails end here. This page is for development only.",
      empty: "No mails yet. Sign up, or ask for a new password, and they show here.",
      keyNeeded: "Open the outbox with the link that the terminal of the server shows: it carries the key.",
      back: "All mails",
      from: "From",
      to: "To",
      at: "Sent",
      text: "As text",
      html: "As HTML",
    },

    notFound: {
      title: "Nothing here",
      text: "There is no page at this address. Check it for a slip, or begin at the start.",
    },

    wrongMethod: {
      title: "Not this way",
      text: "This address does not answer such a request. Open the page in a browser and use the form on it.",
    },

    failures: {
      title: "That did not work",
      internal: (requestId: string) =>
        `Something went wrong on the server. Try again; if it stays so, tell the people who run this site, with this number: ${requestId}`,
      busy: "The server cannot answer at this moment. Try again in a few seconds.",
      formToken:
        "The form was out of date, or your browser keeps no cookies for this site. Go back, reload the page and send the form once more.",
      foreignOrigin:
        "The form was not sent from this site's own page, so nothing was done. Open the page here and send the form from it.",
      home: "To the start",
    },
  },
};
