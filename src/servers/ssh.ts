import { Server } from 'ssh2';
import { OfferRecorder } from './client-offer';
import type { Accepted } from './listener';
import { SshCaller, type SshCallerOptions } from './ssh-caller';
import { ssh2Algorithms, ssh2HostKeys } from './ssh-profile';

export interface SshOptions extends SshCallerOptions {
  /** 0 is off, for old terminals that hang on it (rule E9). */
  readonly keepAliveSeconds: number;
  /** Logs each packet's name, for a sysop who looks for a fault. */
  readonly trace: boolean;
}

const KEEP_ALIVES_MISSED = 3;
// ssh2 takes 0 for its own default; this is the longest time that Node.js can wait: 24 days.
const NEVER_MS = 2_147_483_647;

/** Speaks SSH on sockets that a Listener has accepted. */
export class SshEndpoint {
  private readonly server: Server;
  private readonly waiting = new Map<string, SshCaller>();

  constructor(private readonly options: SshOptions) {
    const { keepAliveSeconds, log } = options;
    this.server = new Server({
      hostKeys: options.hostKeys.flatMap(({ key }) => ssh2HostKeys(options.profile, key)),
      algorithms: ssh2Algorithms(options.profile),
      ident: 'Sallyport',
      keepaliveInterval: keepAliveSeconds === 0 ? NEVER_MS : keepAliveSeconds * 1000,
      keepaliveCountMax: KEEP_ALIVES_MISSED,
      ...(options.trace ? { debug: (line: string) => log.debug('ssh.trace', { line }) } : {}),
    });
    this.server.on('connection', (client, { ip, port }) => {
      const caller = this.waiting.get(keyOf(ip, port));
      if (caller === undefined) client.end();
      else caller.identified(client);
    });
    // Listening is the Listener's part, so that nothing but a bug of ours could come here.
    this.server.on('error', (error: Error) => log.error('ssh.server-error', { error }));
  }

  /** Takes a caller over. A client that never says what it is stays with its grace timer. */
  take(accepted: Accepted): void {
    const { socket } = accepted;
    const key = keyOf(socket.remoteAddress, socket.remotePort);
    const recorder = new OfferRecorder();
    this.server.injectSocket(socket);
    // After injectSocket, which pauses the socket: nothing flows before both listen.
    this.waiting.set(key, new SshCaller(accepted, recorder, this.options));
    socket.once('close', () => this.waiting.delete(key));
    // ssh2 ends its side of what it cannot speak with; a peer that keeps the other half is cut off.
    socket.once('end', () => socket.destroySoon());
  }
}

function keyOf(ip: string | undefined, port: number | undefined): string {
  return `${ip} ${port}`;
}
