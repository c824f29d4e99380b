import { z } from 'zod';
import { nearestName } from '../base/nearest';
import { isAllSeen } from '../base/unseen';
import { HARMLESS } from './schema-parts';

/**
 * The ways in which callers are handed on: whether this board needs an account there for it, and what an
 * address of it (`--gate`) names: a machine, a program of this one, or nothing, where it does not say all else.
 */
export const DESTINATION_KINDS = {
  telnet: { needsAccount: false, names: 'host' },
  rlogin: { needsAccount: false, names: 'host' },
  ssh: { needsAccount: true, names: 'host' },
  exec: { needsAccount: false, names: 'program' },
  bbs_link: { needsAccount: true, names: undefined },
  door_party: { needsAccount: true, names: undefined },
} as const;

export const DESTINATION_KIND_NAMES = Object.keys(
  DESTINATION_KINDS,
) as readonly (keyof typeof DESTINATION_KINDS)[];

/** What a condition that is misspelt may look like: no other key of a destination does. */
const CONDITIONS = ['acs', 'access'] as const;

/**
 * Its other keys are those of the module that hands callers on in this way; `board-check` looks at them. One that is
 * meant for `acs` would let everybody on, so the destination is left out.
 */
const destination = z
  .looseObject({
    kind: z.enum(DESTINATION_KIND_NAMES),
    /** What callers read it is called. */
    name: z.string().min(1).max(40).refine(isAllSeen, 'must not have characters that nobody sees'),
    /** A line about it. */
    about: z
      .string()
      .max(200)
      .refine(isAllSeen, 'must not have characters that nobody sees')
      .default(''),
    /** Who is handed on; everybody who is fully signed in where nothing is said. */
    acs: z.string().optional(),
  })
  .superRefine((given, { addIssue }) => {
    for (const key of Object.keys(given)) {
      if (key === 'acs' || nearestName(key, CONDITIONS) === undefined) continue;
      addIssue({ code: 'custom', path: [key], params: { must: 'acs, as a condition is called' } });
    }
  });

export type Destination = z.output<typeof destination>;

export const destinations = z
  .record(z.string().regex(/^[A-Za-z][\w-]*$/), destination)
  .default({})
  .meta(HARMLESS)
  .describe(
    'Boards that callers are handed on to (module `destinations`), each by a key of its own that begins with a letter: `{ kind: "telnet", name: "Next Door", about: "...", acs: "GM[users]", host: "127.0.0.1", port: 2323 }`. `kind` is telnet, rlogin, ssh, exec, bbs_link or door_party; the other keys are those of the modules `telnet_bridge`, `rlogin`, `ssh_bridge`, `abracadabra`, `bbs_link` and `door_party`.',
  );
