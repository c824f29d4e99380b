import { ScreenEmulator } from '../support/screen';

test('the screen emulator shows text, cursor and colours of cp437 bytes', async () => {
  const screen = new ScreenEmulator();
  screen.write(Buffer.from([0x1b, 0x5b, 0x31, 0x3b, 0x33, 0x33, 0x6d, 0xdb, 0x41]));
  await screen.settled();
  expect(screen.row(1)).toBe('█A');
  expect(screen.cursor).toEqual({ row: 1, column: 3 });
  expect(screen.cell(1, 1)).toMatchObject({ foreground: 3, bold: true, background: 0 });
});

test('the screen emulator answers a cursor query', async () => {
  const screen = new ScreenEmulator({ width: 40, height: 10, encoding: 'utf8' });
  screen.write(Buffer.from('\x1b[999;999H\x1b[6né', 'utf8'));
  await screen.settled();
  expect(screen.replies).toEqual(['\x1b[10;40R']);
  expect(screen.row(10).trim()).toBe('é');
});
