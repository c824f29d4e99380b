import { join } from 'node:path';
import { sauceRecord } from '../art/sauce-record';
import { keyed, scenes, stop } from './scene';

const open = scenes();

describe('A10.6 art lookup', () => {
  const shown = async (spec: string, art: Record<string, string | Buffer>, utf8 = false) => {
    const scene = await open({ menus: { menus: { first: keyed(spec, {}) } }, art });
    const caller = scene.call(utf8 ? { encoding: 'utf8' } : {});
    await caller.until('a screen', () => caller.screen.sent.length > 0);
    return caller.screen.row(1);
  };

  it('FOO: by the order of extensions', async () => {
    expect(await shown('FOO', { 'general/FOO.TXT': 'text', 'general/FOO.ASC': 'asc' })).toBe('asc');
  });

  it('FOO: one of FOO1..n by chance', async () => {
    const art = { 'general/FOO1.ANS': 'one', 'general/FOO2.ANS': 'two' };
    const seen = new Set<string>();
    for (let calls = 0; calls < 60 && seen.size < 2; calls++) seen.add(await shown('FOO', art));
    expect([...seen].sort()).toEqual(['one', 'two']);
  });

  it('FOO.ANS: exactly that file', async () => {
    const art = {
      'general/FOO.ANS': 'exact',
      'general/FOO1.ANS': 'other',
      'general/FOO.ASC': 'asc',
    };
    expect(await shown('FOO.ANS', art)).toBe('exact');
    expect(await shown('FOO.ASC', art)).toBe('asc');
  });

  it('a path relative to art/', async () => {
    expect(await shown('own/FOO', { 'own/FOO.ANS': 'own folder' })).toBe('own folder');
  });

  it('an absolute path, inside the art folders only', async () => {
    const scene = await open({ menus: { menus: { first: stop('FOO') } }, art: { FOO: 'by path' } });
    const path = join(scene.board.folder, 'art/general/FOO.ANS');
    await scene.board.reload({ menus: { first: keyed(path, {}) } });
    await scene.call().sees('by path');
    await scene.board.reload({
      menus: { first: keyed(join(scene.board.folder, 'menu.hjson'), {}, { next: 'second' }) },
    });
    const outside = scene.call();
    await outside.until('a screen', () => outside.screen.sent.length > 0);
    expect(outside.screen.text()).toBe('');
  });

  it('on UTF-8 terminals a .utf8ans twin is preferred', async () => {
    const art = { 'general/FOO.ANS': 'cp437', 'general/FOO.utf8ans': 'utf-8' };
    expect(await shown('FOO', art, true)).toBe('utf-8');
    expect(await shown('FOO.ANS', art, true)).toBe('utf-8');
    expect(await shown('FOO', art)).toBe('cp437');
  });

  it('names without regard to letter case', async () => {
    expect(await shown('fOO', { 'general/FoO.aNs': 'found' })).toBe('found');
    expect(await shown('foo.ANS', { 'general/FoO.aNs': 'found' })).toBe('found');
  });

  it('types, random: false and readSauce: false are options of who asks for art', async () => {
    const scene = await open({
      menus: { menus: { first: stop('FOO') } },
      art: {
        'general/FOO2.ANS': 'two',
        'general/FOO1.ANS': 'one',
        'general/FOO.TXT': 'text',
        'general/BAR.ANS': Buffer.concat([
          Buffer.from('bar\x1a'),
          sauceRecord({ width: 40, height: 1 }),
        ]),
      },
    });
    const { art } = scene.board.services;
    expect((await art.find('FOO', { types: ['.txt'] }))?.text).toBe('text');
    expect((await art.find('FOO', { random: false }))?.text).toBe('one');
    expect((await art.find('BAR'))?.width).toBe(40);
    expect((await art.find('BAR', { readSauce: false }))?.width).toBe(80);
  });
});
