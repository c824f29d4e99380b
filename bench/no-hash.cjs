// Takes the hash out of a board, so that what is left of a sign-in can be weighed: every password is right.
const argon2 = require('@node-rs/argon2');
for (const [name, made] of Object.entries({ verify: async () => true })) {
  Object.defineProperty(argon2, name, { value: made });
}
