import type { Validator } from '../menu/run/validators';

/** Said where a password and its repetition differ. */
export const PASSWORDS_DIFFER = 'The two passwords are not the same.';

/** `validate: @method:validatePassConfirmMatch`: the field after `password` says the same. */
export const passwordsMatch: Validator = {
  doc: 'The same as in the field `password`.',
  needs: 'none',
  check: (text, { values }) =>
    Promise.resolve(text === (values['password'] ?? '') ? undefined : PASSWORDS_DIFFER),
};

/** `validate: @method:validatePassword`: empty, or a password that the rules allow. */
export const newPasswordOrNone: Validator = {
  doc: 'A new password that the rules for passwords allow, or nothing.',
  needs: 'complete',
  check: (text, { values, caller, services }) => {
    const { user } = caller.login;
    if (text === '' || user === undefined) return Promise.resolve(undefined);
    const email = values['email'] ?? user.properties.get('email_address') ?? '';
    const about = { userName: user.name, email: String(email) };
    return Promise.resolve(services.accounts.passwordProblem(text, about));
  },
};
