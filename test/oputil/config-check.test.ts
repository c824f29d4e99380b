import { BoardDir } from '../support/board-dir';
import { Shell } from './shell';

it('a misspelt theme is an error of config check, with its place and the nearest name', async () => {
  const shell = await Shell.open();
  const dir = await BoardDir.make({ 'config/config.hjson': 'theme: { default: "gatehuose" }' });
  const { exitCode, err } = await shell.try('--board', dir.path, 'config', 'check');
  expect(exitCode).toBe(78);
  expect(err).toMatch(/config\.hjson:1:\d+: .*theme\.default.*did you mean 'gatehouse'\?/);
  await dir.remove();
  await shell.close();
});
