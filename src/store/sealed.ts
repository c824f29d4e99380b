/** Where a sealed value lives; it opens nowhere else (rule I3). */
export interface SealPlace {
  readonly table: string;
  readonly column: string;
  /** 0 for what belongs to nobody. */
  readonly userId: number;
}

/** Seals text for the database with a key that is not in it. */
export interface Sealer {
  /** Id of the key that new values are sealed with. */
  currentKeyId(): string;
  seal(plain: string, place: SealPlace): string;
  /** Throws SEAL_BROKEN when the value was changed, moved to another row, or its key is missing. */
  open(sealed: string, place: SealPlace): string;
}

/** One column that holds sealed values, with the columns that name its rows. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  readonly rowKey: string;
  readonly userId: string;
}

/** Every sealed column there is; rotation and check walk this list. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  { table: 'otp_factor', column: 'secret', rowKey: 'user_id', userId: 'user_id' },
  { table: 'otp_pending', column: 'secret', rowKey: 'user_id', userId: 'user_id' },
  { table: 'otp_pending', column: 'word', rowKey: 'user_id', userId: 'user_id' },
  { table: 'outbox', column: 'message', rowKey: 'id', userId: 'user_id' },
];

/** The key id that a sealed value names, without opening it. */
export function sealedKeyId(sealed: string): string {
  return sealed.split('.', 3)[1] ?? '';
}
