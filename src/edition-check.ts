import type { ArtStore } from './art/art-store';
import type { Edition } from './live-board';
import type { Finding } from './menu/menu-entry';

/** Everything that can be wrong with what a sysop wrote, before it goes live (design part 4). */
export function checkEdition(edition: Edition, _art: ArtStore): Promise<readonly Finding[]> {
  return Promise.resolve(edition.menus.problems);
}
