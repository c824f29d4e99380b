import { Server } from 'ssh2';
import { addressKey, connectionKey } from '../../base/source';
import { OfferRecorder } from './client-offer';
import type { Accepted } from '../listener';
import { SshCaller, type SshCallerOptions } from './ssh-caller';
import { ssh2Algorithms, ssh2HostKeys } from './ssh-profile';

interface SshOptions extends SshCallerOptions {
  /** 0 is off, for old terminals that hang because of it (rule E9). */
  readonly keepAliveSeconds: number;
  /** Logs each packet's name, for troubleshooting. */
  readonly trace: boolean;
  /** What new callers are told while none are taken; undefined while they are. */
  readonly refusal?: () => 'call.no-new-callers' | undefined;
}

const KEEP_ALIVES_MISSED = 3;
// ssh2 takes 0 for its own default; this is the longest delay that Node.js supports: 24 days.
const NEVER_MS = 2_147_483_647;

/** Speaks SSH on sockets that a Listener has accepted. */
export class SshEndpoint {
  private readonly server: Server;
  private turningAway: { readonly sentence: string; readonly server: Server } | undefined;
  private readonly waiting = new Map<string, SshCaller>();

  constructor(private readonly options: SshOptions) {
    this.server = this.makeServer();
  }

  /** `banner` is what a client shows before it signs in (RFC 4252 5.4). */
  private makeServer(banner?: string): Server {
    const { options } = this;
    const { keepAliveSeconds, log } = options;
    const server = new Server({
      ...(banner === undefined ? {} : { banner }),
      hostKeys: options.hostKeys.flatMap(({ key }) => ssh2HostKeys(options.profile, key)),
      algorithms: ssh2Algorithms(options.offered),
      ident: 'Sallyport',
      keepaliveInterval: keepAliveSeconds === 0 ? NEVER_MS : keepAliveSeconds * 1000,
      keepaliveCountMax: KEEP_ALIVES_MISSED,
      ...(options.trace ? { debug: (line: string) => log.debug('ssh.trace', { line }) } : {}),
    });
    server.on('connection', (client, { ip, port }) => {
      const caller = this.waiting.get(addressKey(ip, port));
      if (caller === undefined) client.end();
      else caller.identified(client);
    });
    // The Listener does the listening, so that only a bug in the board could cause an error here.
    server.on('error', (error: Error) => log.error('ssh.server-error', { error }));
    return server;
  }

  /** The server for callers who hear the sentence and are not let in. */
  private serverThatSays(sentence: string): Server {
    if (this.turningAway?.sentence !== sentence)
      this.turningAway = { sentence, server: this.makeServer(sentence) };
    return this.turningAway.server;
  }

  /**
   * Takes over an accepted caller. For a client that never identifies itself only the login
   * deadline runs.
   */
  take(accepted: Accepted): void {
    const { socket } = accepted;
    const key = connectionKey(socket);
    const recorder = new OfferRecorder();
    const refusal = this.options.refusal?.();
    const server =
      refusal === undefined ? this.server : this.serverThatSays(this.options.say(refusal));
    server.injectSocket(socket);
    const options = { ...this.options, isTurnedAway: refusal !== undefined };
    // After injectSocket, which pauses the socket: no data flows before both have listeners.
    this.waiting.set(key, new SshCaller(accepted, recorder, options));
    socket.once('close', () => this.waiting.delete(key));
    // ssh2 ends its side of a connection that it cannot handle; a peer that keeps the other half
    // open is disconnected.
    socket.once('end', () => socket.destroySoon());
  }
}
