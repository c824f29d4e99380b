import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { Shell } from '../oputil/shell';

/** A board folder with the tool beside it, and the board on it once a test has started it. */
export class LiveFolder {
  private made: { readonly dir: BoardDir; readonly shell: Shell } | undefined;
  private board: TestBoard | undefined;

  /** One for each test of the file that calls this, with `files` in it; all of it is removed after the test. */
  static forEachTest(files: Record<string, string> = {}): LiveFolder {
    const folder = new LiveFolder();
    beforeEach(async () => {
      folder.made = { dir: await BoardDir.make(files), shell: await Shell.openEmpty() };
    });
    afterEach(() => folder.remove());
    return folder;
  }

  get dir(): BoardDir {
    return this.parts.dir;
  }

  get shell(): Shell {
    return this.parts.shell;
  }

  async start(): Promise<TestBoard> {
    this.board = await TestBoard.start({ boardDir: this.dir.path });
    return this.board;
  }

  private get parts(): { readonly dir: BoardDir; readonly shell: Shell } {
    if (this.made === undefined) throw new Error('the folder is there in a test only');
    return this.made;
  }

  private async remove(): Promise<void> {
    await this.board?.remove();
    this.board = undefined;
    await this.made?.shell.close();
    await this.made?.dir.remove();
    this.made = undefined;
  }
}
