import type { Migration } from '../migrate';

/** Places of accounts by their last use, for the memory of them that decides who connects (rule M11). */
export const knownSourceUse: Migration = {
  id: 8,
  name: '0008-known-source-use',
  async up(sql) {
    await sql.schema.alterTable('known_source', (table) => {
      table.index(['used_at'], 'known_source_use');
    });
  },
};
