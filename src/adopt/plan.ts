import { basename, join } from 'node:path';
import { BbsError, toError } from '../base/errors';
import type { Place } from '../base/errors';
import { parseHjsonNodes } from '../config/hjson';
import { loadMenus } from '../menu/load/menu-file';
import { OLD_ONELINERS } from '../store/oneliners';
import { findLoginMarks } from '../proof/login-marks';
import { describeMissingMenus, findMenuFile, USUAL_MENU_FILE } from './menu-file';
import { findIn, findNamedFiles, findOldPath, locate, type NamedFile } from './named-files';
import { includesOf, readOldConfig, type OldConfig } from './old-config';
import { decodeOldText, openOldBoard, partsOf, type OldFolder } from './old-folder';
import { configText, marksText } from './own-files';

/** One file of the new board. */
export interface PlannedFile {
  /** The file to copy; undefined for one of our own. */
  readonly from: string | undefined;
  /** In place of what `from` holds. */
  readonly text: string | undefined;
  /** For the board's user alone. */
  readonly isPrivate: boolean;
}

/** Something that the report tells: the sysop should look at it, or it is not here. */
export interface Note {
  readonly kind: 'look' | 'changed' | 'left';
  readonly text: string;
}

/** All that adopting a board will do, found without writing anything. */
export interface Plan {
  readonly old: OldFolder;
  /** By their path in the new board. */
  readonly files: ReadonlyMap<string, PlannedFile>;
  readonly notes: readonly Note[];
  /** Files whose letters' case is another one here: the old path, by the new one. */
  readonly renamed: ReadonlyMap<string, string>;
  /** Files that stay behind, for what has their name in other letters' case: its path here, by theirs. */
  readonly twins: ReadonlyMap<string, string>;
  readonly accountsFile: string | undefined;
  readonly historyFile: string | undefined;
  readonly onelinersFile: string | undefined;
  readonly themes: readonly string[];
  /** Menus that are marked as part of the login area. */
  readonly marks: readonly string[];
  /** The first menu file, by its path in the new board. */
  readonly menuFile: string | undefined;
}

const OWN_CONFIG = 'config/config.hjson';

/** Looks through an old board. */
export async function planAdoption(
  oldDir: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Plan> {
  return new Planner(openOldBoard(oldDir), env).plan();
}

class Planner {
  private readonly files = new Map<string, PlannedFile>();
  private readonly notes: Note[] = [];
  private readonly renamed = new Map<string, string>();
  private readonly twins = new Map<string, string>();

  constructor(
    private readonly old: OldFolder,
    private readonly env: Readonly<Record<string, string | undefined>>,
  ) {}

  async plan(): Promise<Plan> {
    const { old, files, notes, renamed, twins } = this;
    this.addTree('config', old.find('config'));
    this.unifyFolder('config/menus');
    this.unifyFile(OWN_CONFIG);
    const config = readOldConfig(OWN_CONFIG, (name) =>
      this.textOf(name === OWN_CONFIG ? name : join('config', name)),
    );
    const { problem } = config;
    if (problem !== undefined)
      this.note('look', `config.hjson cannot be read, so its paths were not followed: ${problem}`);
    if (!files.has(OWN_CONFIG) && old.find('config') !== undefined)
      this.note('look', 'there is no config/config.hjson: the stock one is used');
    this.noteAddresses(config);
    this.addArt(config);
    this.unifyThemes(config);
    const named = this.addNamedFiles(config);
    const menuFile = this.findMenus(config);
    this.unifyIncludes(menuFile);
    const marks = await this.findMarks(config, menuFile);
    this.writeOwnFiles({ config, named, menuFile, marks });
    const db = findOldPath(old, config, { key: 'db', usual: 'db' });
    const moduleData = findOldPath(old, config, { key: 'modsDb', usual: 'db/mods' });
    const accountsFile = findIn(old, db, 'user.sqlite3');
    if (accountsFile === undefined)
      this.note('look', 'there is no user.sqlite3, so no accounts: is db/ elsewhere?');
    const taken = new Set([...files.values()].map(({ from }) => from));
    for (const [path, why] of old.unread)
      if (!taken.has(path)) this.note('look', `${path} was not read: ${why}`);
    this.noteLeft(db);
    return {
      ...{ old, files, notes, renamed, twins, accountsFile, marks, menuFile },
      historyFile: findIn(old, db, 'system.sqlite3'),
      onelinersFile: findIn(old, moduleData, OLD_ONELINERS),
      themes: this.themes(),
    };
  }

  private note(kind: Note['kind'], text: string): void {
    this.notes.push({ kind, text });
  }

  /** A server without an address listens everywhere there, and here on the machine itself. */
  private noteAddresses(config: OldConfig): void {
    const keys = ['loginServers.telnet.address', 'loginServers.ssh.address'];
    const shut = keys
      .filter((key) => config.text(key) === undefined)
      .map((key) => key.split('.')[1]);
    if (shut.length > 0 && config.problem === undefined)
      this.note(
        'look',
        `${shut.join(' and ')} listen${shut.length === 1 ? 's' : ''} on 127.0.0.1 alone: give them an 'address' for the world`,
      );
  }

  /** Plans every file of a folder; hjson files become UTF-8. */
  private addTree(to: string, folder: string | undefined): void {
    if (folder === undefined) return this.note('look', `there is no ${to}/: the stock one is used`);
    for (const twin of this.old.findTwins(to))
      this.note('look', `${twin} was not taken, ${to} was`);
    for (const { path, full } of this.old.files(folder)) this.add(`${to}/${path}`, full);
  }

  private add(to: string, from: string): void {
    // Configuration and menus may hold passwords, whatever mode they had there.
    const isPrivate = /^config\/|\.(pem|key)$|(^|\/)security\//i.test(to);
    const bytes = /\.hjson$/i.test(to) ? this.old.read(from) : undefined;
    const decoded = bytes === undefined ? undefined : decodeOldText(bytes);
    const isSame = decoded === undefined || decoded.encoding === 'UTF-8';
    if (!isSame)
      this.note(
        'look',
        `${to} was ${decoded.encoding} and is UTF-8 now: look at its special letters`,
      );
    this.files.set(to, { from, isPrivate, text: isSame ? undefined : decoded.text });
  }

  private addArt(config: OldConfig): void {
    const { old } = this;
    const usual = old.find('art');
    if (usual !== undefined) this.addTree('art', usual);
    else if (config.text('paths.art') === undefined)
      this.note('look', 'there is no art/: the stock art and theme are used');
    this.unifyFolder('art/general');
    this.unifyFolder('art/themes');
    for (const [key, to] of [
      ['art', 'art/general'],
      ['themes', 'art/themes'],
    ] as const) {
      const written = config.text(`paths.${key}`);
      const folder = findOldPath(old, config, { key, usual: to });
      const isUsual = folder === undefined || folder === old.full(old.find(to) ?? '');
      if (written === undefined || isUsual) continue;
      for (const { path, full } of old.files(folder)) this.add(`${to}/${path}`, full);
      this.note('changed', `${folder} (paths.${key}) is ${to}/ here`);
    }
  }

  /** Gives a folder the name that it must have here. */
  private unifyFolder(folder: string): void {
    for (const [path, file] of [...this.files]) {
      const start = path.slice(0, folder.length);
      if (start === folder || start.toLowerCase() !== folder || path[folder.length] !== '/')
        continue;
      this.move(path, folder + path.slice(folder.length), file);
    }
  }

  private unifyFile(wanted: string): void {
    if (this.files.has(wanted)) return;
    for (const [path, file] of [...this.files])
      if (path.toLowerCase() === wanted.toLowerCase()) return this.move(path, wanted, file);
  }

  private move(path: string, to: string, file: PlannedFile): void {
    const before = this.renamed.get(path) ?? path;
    this.renamed.delete(path);
    this.files.delete(path);
    if (this.files.has(to)) {
      this.twins.set(before, to);
      return;
    }
    this.files.set(to, file);
    this.renamed.set(to, before);
  }

  private unifyThemes(config: OldConfig): void {
    for (const key of ['theme.default', 'theme.preLogin']) {
      const id = config.text(key);
      const theme = this.themes().find((name) => name.toLowerCase() === id?.toLowerCase());
      if (id === undefined || id === '*') continue;
      if (theme === undefined)
        this.note('look', `${key} is ${id}, and there is no such theme: the stock one is used`);
      else if (theme !== id)
        for (const [path, file] of [...this.files])
          if (path.startsWith(`art/themes/${theme}/`))
            this.move(path, `art/themes/${id}/${path.slice(`art/themes/${theme}/`.length)}`, file);
    }
    for (const theme of this.themes()) this.unifyFile(`art/themes/${theme}/theme.hjson`);
  }

  private themes(): readonly string[] {
    const names = [...this.files.keys()].flatMap((path) => {
      const [art, themes, name, file] = partsOf(path);
      return art === 'art' && themes === 'themes' && file !== undefined ? (name ?? []) : [];
    });
    return [...new Set(names)];
  }

  private addNamedFiles(config: OldConfig): readonly NamedFile[] {
    const named = findNamedFiles(this.old, config);
    for (const { key, written, from, to, fate, isPrivate } of named) {
      if (from !== undefined && to !== undefined && !this.files.has(to))
        this.files.set(to, { from, text: undefined, isPrivate });
      if (fate === 'moved' && to !== undefined && to !== written)
        this.note('changed', `${key}: ${to} (was ${written})`);
      if (fate === 'outside')
        this.note(
          'changed',
          `${key}: ${written} stays where it is; the board must be able to read it`,
        );
      if (fate !== 'missing') continue;
      const isKey = key === 'loginServers.ssh.privateKeyPem';
      const instead = isKey
        ? "a new host key is made: callers' programs warn of it"
        : 'the stock one is used';
      this.note(isKey ? 'look' : 'changed', `${key}: ${written} is not there; ${instead}`);
    }
    return named;
  }

  /** The first menu file, in config/ or config/menus/. */
  private findMenus(config: OldConfig): string | undefined {
    const written = config.text('general.menuFile');
    const found = locate(this.old, written ?? USUAL_MENU_FILE);
    const wanted = found.kind === 'inside' ? found.path : (written ?? USUAL_MENU_FILE);
    const paths = [...this.files.keys()];
    const path = findMenuFile(paths, wanted);
    if (path !== undefined) return path;
    if (found.kind === 'outside') {
      const to = `config/menus/${partsOf(wanted).at(-1) ?? ''}`;
      this.add(to, found.full);
      return to;
    }
    const includesOf = (file: string) => this.includesOf(file);
    this.note('look', describeMissingMenus({ written, paths, includesOf }));
    return undefined;
  }

  /** Gives included files the names by which they are included. */
  private unifyIncludes(menuFile: string | undefined): void {
    if (menuFile === undefined) return;
    const folder = menuFile.slice(0, menuFile.lastIndexOf('/'));
    const done = new Set<string>();
    const queue = [menuFile];
    for (const path of queue) {
      if (done.has(path)) continue;
      done.add(path);
      for (const name of this.includesOf(path)) {
        const wanted = join(folder, name.replaceAll('\\', '/'));
        this.unifyFile(wanted);
        if (this.files.has(wanted)) queue.push(wanted);
        else this.note('look', `${path} includes ${name}, which is not there`);
      }
    }
  }

  private includesOf(path: string): readonly string[] {
    try {
      return includesOf(parseHjsonNodes(this.textOf(path) ?? '{}', path));
    } catch {
      // What is wrong with it is told where the menus are read.
      return [];
    }
  }

  private async findMarks(
    config: OldConfig,
    menuFile: string | undefined,
  ): Promise<readonly string[]> {
    if (menuFile === undefined) return [];
    try {
      const set = await loadMenus({
        file: join('/', menuFile),
        env: this.env,
        readText: (file, namedAt) => this.readPlanned(file, namedAt),
      });
      return findLoginMarks(set, firstMenus(config));
    } catch (error) {
      const why = error instanceof BbsError ? error.describe() : toError(error).message;
      this.note('look', `the menus cannot be read: ${why.replaceAll('/config/', 'config/')}`);
      return [];
    }
  }

  private readPlanned(file: string, place: Place): Promise<string> {
    const path = partsOf(file).join('/');
    const text = this.textOf(path);
    if (text !== undefined) return Promise.resolve(text);
    const cause = Object.assign(new Error('there is no such file'), { code: 'ENOENT' });
    return Promise.reject(
      new BbsError('CONFIG_UNREADABLE', `cannot read ${path}: there is no such file`, {
        ...{ cause, place },
      }),
    );
  }

  private textOf(path: string): string | undefined {
    const file = this.files.get(path);
    if (file === undefined) return undefined;
    if (file.text !== undefined || file.from === undefined) return file.text;
    const bytes = this.old.read(file.from);
    return bytes === undefined ? undefined : decodeOldText(bytes).text;
  }

  /** What differs here from the old board stands in files of our own, which include the old ones. */
  private writeOwnFiles(parts: {
    readonly config: OldConfig;
    readonly named: readonly NamedFile[];
    readonly menuFile: string | undefined;
    readonly marks: readonly string[];
  }): void {
    const { config, named, marks } = parts;
    let { menuFile } = parts;
    if (menuFile !== undefined && marks.length > 0) {
      const own = this.freeName(join(menuFile, '..', 'adopted.hjson'));
      this.addOwn(own, marksText(basename(menuFile), marks));
      menuFile = own;
    }
    const values = new Map(
      named.flatMap(({ key, value }) => (value === undefined ? [] : [[key, value] as const])),
    );
    const menus = menuFile?.replace(/^config\/(menus\/)?/, '');
    if (menus !== undefined && menus !== (config.text('general.menuFile') ?? USUAL_MENU_FILE))
      values.set('general.menuFile', menus);
    const file = this.files.get(OWN_CONFIG);
    if (values.size === 0 || config.problem !== undefined) return;
    const includes: string[] = [];
    if (file !== undefined) {
      const kept = this.freeName('config/enigma-config.hjson');
      this.files.delete(OWN_CONFIG);
      this.files.set(kept, file);
      includes.push(basename(kept));
      this.note(
        'changed',
        `config.hjson is ${kept} here; ${OWN_CONFIG} includes it and corrects paths`,
      );
    }
    this.addOwn(OWN_CONFIG, configText(includes, values));
  }

  private addOwn(path: string, text: string): void {
    this.files.set(path, { from: undefined, text, isPrivate: true });
  }

  private freeName(path: string): string {
    const taken = new Set([...this.files.keys()].map((name) => name.toLowerCase()));
    let name = path;
    for (let number = 2; taken.has(name.toLowerCase()); number++)
      name = path.replace(/\.hjson$/, `-${number}.hjson`);
    return name;
  }

  /** What a board has and this program does not serve. */
  private noteLeft(db: string | undefined): void {
    const { old } = this;
    const mods = old.find('mods');
    const modules =
      mods === undefined ? [] : old.files(mods).filter(({ path }) => /\.js$/.test(path));
    if (modules.length > 0)
      this.note('left', `mods/ (${modules.length} files): modules of ENiGMA½ are not run here`);
    const others = ['message', 'file', 'activitypub'].filter(
      (name) => findIn(old, db, `${name}.sqlite3`) !== undefined,
    );
    if (others.length > 0)
      this.note(
        'left',
        `${others.map((name) => `${name}.sqlite3`).join(', ')}: there is no such part here`,
      );
  }
}

function firstMenus(config: OldConfig): readonly string[] {
  return [
    config.text('loginServers.telnet.firstMenu') ?? 'telnetConnected',
    config.text('loginServers.ssh.firstMenu') ?? 'sshConnected',
    config.text('loginServers.ssh.firstMenuNewUser') ?? 'sshConnectedNewUser',
  ];
}
