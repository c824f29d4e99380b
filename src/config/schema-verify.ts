import { z } from 'zod';
import { section } from './schema-parts';

/** Fewer characters could be guessed. */
const LEAST_SECRET = 32;

const client = z.strictObject({
  secret: z
    .string()
    .min(LEAST_SECRET, `a secret has ${LEAST_SECRET} characters at least: openssl rand -hex 32`)
    .max(512)
    .regex(/^[\x21-\x7e]*$/, 'letters, digits and signs of ASCII, without spaces'),
  passwords: z.boolean().default(false),
});

/** Other programs that ask whether a code or a password is right. */
export const verify = section('Other programs that ask whether a code is right (docs/verify.md).', {
  https: z
    .boolean()
    .default(false)
    .describe('Answer at /_enig/verify of the HTTPS pages; from the next start on.'),
  socket: z
    .string()
    .default('')
    .describe(
      "Answer on this Unix socket as well, by HTTP: `data/verify.sock`. Its folder is the board user's own; from the next start on.",
    ),
  socketForGroup: z
    .boolean()
    .default(false)
    .describe(
      'true: mode 0660 in place of 0600, for the group that the folder gives to new files.',
    ),
  clients: z
    .record(z.string().regex(/^[A-Za-z][A-Za-z0-9_-]*$/, 'begin its key with a letter'), client)
    .default({})
    .describe(
      'Who may ask, each by a key of its own: `{ secret: "@file:/etc/game.key", passwords: false }`. The secret has 32 characters at least; taken out, it is refused within a second. Only where `passwords` is true a password is answered.',
    ),
});
