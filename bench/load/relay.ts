import { connect, createServer, type AddressInfo } from 'node:net';
import { readArgument, say } from '../processes';

/** The least that can stand between a caller and a board: two sockets. */
function main(): void {
  const { port } = readArgument<{ port: number }>();
  const server = createServer({ noDelay: true }, (socket) => {
    const far = connect({ host: '127.0.0.1', port, noDelay: true });
    for (const end of [socket, far]) end.on('error', () => undefined);
    socket.pipe(far).pipe(socket);
  });
  server.listen(0, '127.0.0.1', () => say((server.address() as AddressInfo).port));
}

main();
