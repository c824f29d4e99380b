import { createServer, type Server, type Socket } from 'node:net';
import { sshFields, type SoftSecurityKey } from './security-key';

/** Message numbers of draft-ietf-sshm-ssh-agent. */
const FAILURE = 5;
const REQUEST_IDENTITIES = 11;
const IDENTITIES_ANSWER = 12;
const SIGN_REQUEST = 13;
const SIGN_RESPONSE = 14;

/** An agent of OpenSSH's protocol on a Unix socket that has security keys, each touched as soon as it is asked. */
export class SecurityKeyAgent {
  private constructor(
    private readonly server: Server,
    private readonly keys: readonly SoftSecurityKey[],
  ) {}

  static async listen(path: string, keys: readonly SoftSecurityKey[]): Promise<SecurityKeyAgent> {
    const server = createServer();
    const agent = new SecurityKeyAgent(server, keys);
    server.on('connection', (socket) => agent.serve(socket));
    await new Promise<void>((resolve) => server.listen(path, resolve));
    return agent;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private serve(socket: Socket): void {
    let rest: Buffer = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE(0)) {
        const end = 4 + rest.readUInt32BE(0);
        socket.write(sshFields(this.answer(rest.subarray(4, end))));
        rest = rest.subarray(end);
      }
    });
  }

  private answer(request: Buffer): Buffer {
    const fields = request.subarray(1);
    if (request[0] === REQUEST_IDENTITIES) return this.identities();
    if (request[0] !== SIGN_REQUEST) return Buffer.of(FAILURE);
    const blob = fieldAt(fields, 0);
    const key = this.keys.find((each) => each.blob.equals(blob));
    if (key === undefined) return Buffer.of(FAILURE);
    const { signature, tail } = key.sign(fieldAt(fields, 4 + blob.length));
    const whole = Buffer.concat([sshFields(key.type, signature), tail]);
    return Buffer.concat([Buffer.of(SIGN_RESPONSE), sshFields(whole)]);
  }

  private identities(): Buffer {
    const head = Buffer.alloc(5, IDENTITIES_ANSWER);
    head.writeUInt32BE(this.keys.length, 1);
    return Buffer.concat([head, ...this.keys.map((key) => sshFields(key.blob, 'security-key'))]);
  }
}

function fieldAt(bytes: Buffer, at: number): Buffer {
  return bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at));
}
