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
  clients: z
    .record(z.string().regex(/^[A-Za-z][A-Za-z0-9_-]*$/, 'begin its key with a letter'), client)
    .default({})
    .describe(
      'Who may ask, each by a key of its own: `{ secret: "@file:/etc/game.key", passwords: false }`. The secret has 32 characters at least; taken out, it is refused within a second. Only where `passwords` is true a password is answered.',
    ),
});
