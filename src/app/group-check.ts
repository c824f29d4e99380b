import type { LoadedConfig } from '../config/load';
import type { Problem } from '../config/problems';
import type { MenuSet } from '../menu/load/menu-entry';
import { findUnknownGroups } from '../readiness/unknown-groups';
import type { Database } from '../store/database';
import { listGroups } from '../store/users';
import type { LiveBoard } from './live-board';

/** What conditions stand in. */
type Edition = Pick<LoadedConfig, 'config' | 'placeOf'> & { readonly menus: MenuSet };

/** Looks for groups that conditions name and that no account has: from the time on when the accounts are open. */
export class GroupCheck {
  private db: Database | undefined;

  /** For each edition that is read. */
  async find({ config, placeOf, menus }: Edition): Promise<readonly Problem[]> {
    const { db } = this;
    if (db === undefined) return [];
    return findUnknownGroups({ config, placeOf, menus, stored: () => db.run(listGroups) });
  }

  /** The same for what the start has read before; they are among its warnings from now on. */
  async open(db: Database, live: LiveBoard): Promise<readonly Problem[]> {
    this.db = db;
    const found = await this.find(live);
    live.warnAlso(found);
    return found;
  }
}
