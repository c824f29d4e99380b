import { createServer, type AddressInfo } from 'node:net';
import { Server, utils } from 'ssh2';
import { readArgument, say } from '../processes';

/** The least that can hold a caller: a socket, or an SSH connection with a shell; it says one word, or echoes. */
function main(): void {
  const way = readArgument<'telnet' | 'ssh' | 'echo'>();
  if (way !== 'ssh') {
    const server = createServer({ noDelay: true }, (socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => void (way === 'echo' && socket.write(chunk)));
      if (way === 'telnet') socket.write('Sign in');
    });
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () =>
      say((server.address() as AddressInfo).port),
    );
    return;
  }
  const { private: hostKey } = utils.generateKeyPairSync('ecdsa', { bits: 256 });
  const server = new Server({ hostKeys: [hostKey] }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', (context) => context.accept());
    client.on('ready', () =>
      client.on('session', (accept) => {
        const session = accept();
        session.on('pty', (acceptPty) => acceptPty());
        session.on('shell', (acceptShell) => {
          const channel = acceptShell();
          channel.on('data', () => undefined);
          channel.write('Sign in');
        });
      }),
    );
  });
  server.listen(0, '127.0.0.1', () => say((server.address() as AddressInfo).port));
}

main();
