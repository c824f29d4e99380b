import type { Connection as SshConnection } from 'ssh2';
import { BbsError } from '../../base/errors';

/** Called for a client's messages before ssh2 processes them. `false` keeps a message from ssh2. */
export interface MessageWatch {
  readonly channelOpen: (type: string) => boolean;
  readonly globalRequest: (name: string) => boolean;
  readonly channelRequest: (type: string) => boolean;
  readonly channelData: (channel: number, bytes: number) => boolean;
  readonly extendedData: () => boolean;
}

type Handler = (protocol: unknown, ...fields: readonly unknown[]) => void;

/** Private handlers of ssh2 1.17 per message; it has no events for what it refuses by itself. */
interface Handled {
  readonly _protocol?: { readonly _handlers?: Record<string, Handler | undefined> };
}

/** Watches a connection's messages of RFC 4254, from now on. */
export function watchMessages(connection: SshConnection, watch: MessageWatch): void {
  const handlers = (connection as unknown as Handled)._protocol?._handlers;
  const before = (message: string, isPassed: (fields: readonly unknown[]) => boolean): void => {
    const handle = handlers?.[message];
    if (handlers === undefined || handle === undefined)
      throw new BbsError('INTERNAL', `this ssh2 has no handler for ${message}; see package.json`);
    handlers[message] = (protocol, ...fields) => {
      if (isPassed(fields)) handle(protocol, ...fields);
    };
  };
  before('CHANNEL_OPEN', ([info]) => watch.channelOpen((info as { readonly type: string }).type));
  before('GLOBAL_REQUEST', ([name]) => watch.globalRequest(String(name)));
  before('CHANNEL_REQUEST', ([, type]) => watch.channelRequest(String(type)));
  before('CHANNEL_DATA', ([channel, data]) =>
    watch.channelData(channel as number, (data as Buffer).length),
  );
  before('CHANNEL_EXTENDED_DATA', () => watch.extendedData());
}
