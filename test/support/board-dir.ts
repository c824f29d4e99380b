import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A board folder for one test; missing files come from the package, as for any sysop. */
export class BoardDir {
  private constructor(readonly path: string) {}

  /** Files by their path in the board, e.g. `config/menu.hjson`. */
  static async make(files: Readonly<Record<string, string>>): Promise<BoardDir> {
    const dir = new BoardDir(await mkdtemp(join(tmpdir(), 'sallyport-board-')));
    for (const [name, text] of Object.entries(files)) await dir.write(name, text);
    return dir;
  }

  async write(name: string, text: string): Promise<void> {
    const file = join(this.path, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }

  /** Keys must not be readable by others. */
  async makePrivate(name: string): Promise<void> {
    await chmod(join(this.path, name), 0o600);
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}
