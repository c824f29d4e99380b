import { z } from 'zod';

/**
 * Of a key, or of a group with all its keys: whatever was meant, the default harms no caller and lets nobody in
 * who was to be kept out. Where such a value cannot be, or such a key is misspelt, the default counts, with a
 * warning; any other keeps the board shut.
 */
export const HARMLESS = { harmless: true } as const;

/** Of a list whose default is not empty: an item that cannot be is left out, but the default stands in for nothing. */
export const HARMLESS_ITEMS = { harmless: 'items' } as const;

/** A group of keys; each of them has a default, so the group may be left out. */
export function section<Shape extends z.ZodRawShape>(doc: string, shape: Shape) {
  return z
    .strictObject(shape)
    .prefault({} as never)
    .describe(doc);
}

export const port = (value: number) =>
  z.int().min(0).max(65535).default(value).describe('Port; 0 picks a free one.');

export const address = () =>
  z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address to listen on; 0.0.0.0 or :: opens it to the world.');

export const proxyProtocol = () =>
  z
    .enum(['off', 'required'])
    .default('off')
    .describe(
      'required: only the networks of `proxies` may connect, and each connection begins with a PROXY header (version 1 or 2), which names the caller (rule G3).',
    );

/** The keys of a server that may listen on a Unix socket. */
export const onSocket = () => ({
  socket: z
    .string()
    .default('')
    .describe(
      "Listen on this Unix socket in place of address and port, for proxies alone: `run/telnet.sock` of the board's folder. `proxies` must have `unix`; `port` is then the one by which callers reach the proxy.",
    ),
  socketForGroup: z
    .boolean()
    .default(false)
    .describe(
      'true: mode 0660 in place of 0600, for the group that the folder gives to new files.',
    ),
});

export const seconds = (value: number, least: number, most: number) =>
  z.int().min(least).max(most).default(value);

/** A path; relative ones are looked up in the board folder, then in the package. */
export const file = (value: string) => z.string().default(value);
