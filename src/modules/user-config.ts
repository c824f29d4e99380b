import { readMailAddress } from '../base/mail-address';
import { isOfProgram } from '../auth/own-accounts';
import { findLacks, showLacks } from '../menu/run/login-answer';
import type { MenuContext, MenuModule, Transition } from '../menu/run/module';
import { mailAddressProblem, VALIDATORS, type Validator } from '../menu/run/validators';
import { LINES_ON, LINES_PROPERTY, SKIP_ON, SKIP_PROPERTY } from '../menu/run/call-context';
import type { PropertyValues } from '../store/properties';
import type { User } from '../store/users';
import { actorOf, userOf } from '../menu/run/caller';
import { readPersonalData, type PersonalProperty } from './personal-data';
import { proveAgain } from '../menu/run/proof-of-person';

/** `validate: @method:validatePassConfirmMatch`: the field after `password` says the same. */
export const passwordsMatch: Validator = {
  doc: 'The same as in the field `password`.',
  needs: 'none',
  check: (text, { values, say }) => {
    const isSame = text === (values['password'] ?? '');
    return Promise.resolve(isSame ? undefined : say('account.passwords-differ'));
  },
};

/** `validate: @method:validatePassword`: empty, or a password that the rules allow. */
const newPasswordOrNone: Validator = {
  doc: 'A new password that the rules for passwords allow, or nothing.',
  needs: 'complete',
  check: (text, { values, caller, services, say }) => {
    const { user } = caller.login;
    if (text === '' || user === undefined) return Promise.resolve(undefined);
    const email = values['email'] ?? user.properties.get('email_address') ?? '';
    const about = { userName: user.name, email: String(email) };
    return Promise.resolve(services.accounts.passwordProblem(text, about)?.(say));
  },
};

/** Views of the contract's art CONFSCR that are more than a property. */
const VIEWS = {
  birthdate: 2,
  email: 6,
  termHeight: 8,
  theme: 9,
  password: 10,
  confirm: 11,
  welcome: 12,
  about: 13,
  themeInfo: 20,
  errors: 21,
} as const;

/** Views that show one property each. */
const PERSONAL_VIEWS: readonly (readonly [number, PersonalProperty])[] = [
  [1, 'real_name'],
  [VIEWS.birthdate, 'birthdate'],
  [3, 'sex'],
  [4, 'location'],
  [5, 'affiliation'],
  [7, 'web_address'],
  [VIEWS.about, 'about'],
];

/** Of the two items of the view `welcome`: that its screens are passed by. */
const SKIPPED = 1;

const MIN_ROWS = 10;

/**
 * A caller's own data (contract A7): password and mail address change only after the caller has
 * proved the identity again.
 */
export const userConfigModule: MenuModule = {
  name: 'user_config',
  doc: "The caller's own data, theme and password; asks for the present password before it changes password or mail.",
  needs: 'complete',
  views: [],
  messageView: VIEWS.errors,
  methods: { saveChanges, changePassword },
  validators: {
    validateEmailAvail: addressUnlessOwn(),
    validatePassword: newPasswordOrNone,
    validatePassConfirmMatch: passwordsMatch,
  },
  ready,
  changed: (context, viewId) => {
    if (viewId === VIEWS.theme) showTheme(context);
  },
};

/** The caller's changes; undefined for unchanged fields. */
interface Wish {
  readonly properties: PropertyValues;
  readonly rows: number | undefined;
  readonly email: string | undefined;
  readonly password: string | undefined;
}

async function ready(context: MenuContext): Promise<void> {
  const { screen, services, caller, memory } = context;
  const user = userOf(caller);
  for (const [view, property] of PERSONAL_VIEWS) {
    if (screen.has(view)) screen.setText(view, user.properties.get(property) ?? '');
  }
  if (screen.has(VIEWS.email)) {
    screen.setText(VIEWS.email, user.properties.get('email_address') ?? '');
  }
  if (screen.has(VIEWS.termHeight)) {
    screen.setText(VIEWS.termHeight, String(caller.terminal.window.height));
  }
  const themes = services.themes().list();
  screen.setItems(VIEWS.theme, [
    ...themes.map(({ id, name }) => ({ text: name, data: id })),
    { text: context.say('own.line-by-line'), data: LINES_PROPERTY },
  ]);
  const ownTheme = user.properties.get('theme_id') ?? services.config().theme.default;
  const isByLines = user.properties.get(LINES_PROPERTY) === LINES_ON;
  const own = isByLines ? themes.length : themes.findIndex(({ id }) => id === ownTheme);
  screen.select(VIEWS.theme, Math.max(0, own));
  showTheme(context);
  if (screen.has(VIEWS.welcome)) {
    screen.select(VIEWS.welcome, user.properties.get(SKIP_PROPERTY) === SKIP_ON ? SKIPPED : 0);
  }
  // A terminal that cannot show a letter must not damage a name: only changed fields are saved.
  memory.set('shown', shownNow(context));
  const status = memory.get('status');
  memory.delete('status');
  if (typeof status === 'string') screen.message(status, 'done');
  else screen.message(await pendingMail(context, user), 'note');
}

async function pendingMail(context: MenuContext, user: User): Promise<string> {
  const pending = await context.services.mailChange.pendingFor(user.id);
  if (pending === undefined) return '';
  return context.say('own.waits-for-link', { address: pending.address });
}

async function saveChanges(context: MenuContext): Promise<Transition> {
  const { caller } = context;
  const user = userOf(caller);
  const wish = readWish(context);
  if ('kind' in wish) return wish;
  const refused = await findProblem(context, user, wish);
  if (refused !== undefined) return refused;
  if (wish.email !== undefined || wish.password !== undefined) {
    const proof = await proveAgain(context, {
      title: context.say(wish.password === undefined ? 'own.change-mail' : 'own.change-password'),
      text: [context.say('own.prove')],
    });
    if (proof.kind === 'out') return proof.transition;
    if (proof.kind === 'cancelled') return unchanged(context, 'own.nothing-saved');
  }
  return apply(context, user, wish);
}

/** What differs from what the screen showed; a transition where that cannot be saved. */
function readWish(context: MenuContext): Wish | Transition {
  const { screen, services } = context;
  const shown = context.memory.get('shown') as ReadonlyMap<number, unknown>;
  const isChanged = (view: number): boolean =>
    screen.has(view) && shownNow(context).get(view) !== shown.get(view);
  const typed = PERSONAL_VIEWS.filter(([view]) => isChanged(view)).map(
    ([view, property]): [PersonalProperty, string] => [property, screen.text(view)],
  );
  const data = readPersonalData(
    context.say,
    Object.fromEntries(typed) as Partial<Record<PersonalProperty, string>>,
    services.clock.nowMs(),
  );
  if (data.kind === 'refused') return stay(data.text, VIEWS.birthdate);
  const rows = isChanged(VIEWS.termHeight) ? Number(screen.text(VIEWS.termHeight)) : undefined;
  if (rows !== undefined && rows !== 0 && rows < MIN_ROWS) {
    return stay(context.say('own.least-rows', { count: MIN_ROWS }), VIEWS.termHeight);
  }
  const look = isChanged(VIEWS.theme) ? lookProperties(context) : {};
  const password = screen.text(VIEWS.password);
  if (password !== screen.text(VIEWS.confirm)) {
    return staySecret(context.say('account.passwords-differ'));
  }
  return {
    properties: {
      ...data.properties,
      ...look,
      ...(isChanged(VIEWS.welcome) ? welcomeProperty(context) : {}),
      ...(rows === undefined ? {} : { term_height: rows === 0 ? undefined : String(rows) }),
    },
    rows,
    email: isChanged(VIEWS.email) ? readMailAddress(screen.text(VIEWS.email)) : undefined,
    password: password === '' ? undefined : password,
  };
}

/** Asked before the password is, so that nobody types it for nothing. */
async function findProblem(
  context: MenuContext,
  user: User,
  wish: Wish,
): Promise<Transition | undefined> {
  const { accounts } = context.services;
  const { properties, email, password } = wish;
  const nothing = Object.keys(properties).length === 0;
  if (nothing && email === undefined && password === undefined)
    return unchanged(context, 'own.nothing-changed');
  if (password !== undefined) {
    if (isOfProgram(user)) return staySecret(context.say('account.of-program'));
    const about = email ?? user.properties.get('email_address') ?? '';
    const weakness = accounts.passwordProblem(password, { userName: user.name, email: about });
    if (weakness !== undefined) return staySecret(weakness(context.say));
  }
  if (email === undefined || email === '') return undefined;
  const badAddress = mailAddressProblem(context.say, email);
  if (badAddress !== undefined) return stay(badAddress, VIEWS.email);
  const missing = findLacks(context, 'account');
  if (missing.length === 0) return undefined;
  await showLacks(context, missing);
  return { ...unchanged(context, 'own.nothing-saved'), focus: VIEWS.email };
}

async function apply(context: MenuContext, user: User, wish: Wish): Promise<Transition> {
  const { services, caller, memory } = context;
  const { accounts, mailChange } = services;
  const actor = actorOf(caller);
  const told: string[] = [];
  // Taking an address away needs no link: there is nobody to ask.
  const gone = wish.email === '' ? { email_address: undefined } : {};
  const properties = { ...wish.properties, ...gone };
  if (Object.keys(properties).length > 0) {
    const saved = await accounts.setProperties(user.id, properties, actor);
    if (saved.kind === 'refused') return stay(saved.says(context.say));
  }
  if (wish.password !== undefined) {
    const { password } = wish;
    const changed = await accounts.changePassword(user.id, { password }, actor);
    if (changed.kind === 'refused') return staySecret(changed.says(context.say));
    told.push(context.say('own.password-changed'));
  }
  if (wish.email !== undefined && wish.email !== '') {
    const begun = await mailChange.begin(user.id, wish.email, actor);
    const isFiled = begun === 'accepted' && !services.mailer.sendsMail;
    told.push(context.say(isFiled ? 'mail.no-server' : MAIL_TEXTS[begun]));
  }
  const message = told.length === 0 ? context.say('own.saved') : told.join(' ');
  if ((await caller.login.refresh()) === 'end') {
    return { kind: 'log-off', message, reason: 'ended' };
  }
  if (wish.rows !== undefined && wish.rows > 0) {
    caller.terminal.resize(undefined, wish.rows);
  }
  // What was chosen here counts at once, also where the call had another choice before.
  const lines = wish.properties[LINES_PROPERTY];
  if (LINES_PROPERTY in wish.properties) caller.terminal.chosenLines = lines === LINES_ON;
  memory.set('status', message);
  return { kind: 'redraw' };
}

function unchanged({ say }: MenuContext, text: 'own.nothing-saved' | 'own.nothing-changed') {
  return { kind: 'stay', message: say(text), as: 'note' } as const;
}

/** The password alone, on a page of its own: the present one first, then the new one twice. */
async function changePassword(context: MenuContext): Promise<Transition> {
  if (isOfProgram(userOf(context.caller))) return stay(context.say('account.of-program'));
  const title = context.say('own.change-password');
  const text = [context.say('own.present-first')];
  const proof = await proveAgain(context, { title, text });
  if (proof.kind === 'out') return proof.transition;
  if (proof.kind === 'cancelled') return unchanged(context, 'own.nothing-saved');
  const { services, caller, memory } = context;
  const user = userOf(caller);
  const about = {
    userName: user.name,
    email: user.properties.get('email_address') ?? '',
  };
  const maxLength = services.config().users.passwordMax;
  const answers = await context.ask({
    title,
    fields: [
      {
        ...{ name: 'fresh', label: context.say('own.new-password'), password: true, maxLength },
        help: context.say('own.good-password'),
      },
      {
        ...{ name: 'again', label: context.say('own.once-more'), password: true, maxLength },
        help: context.say('own.same-again'),
      },
    ],
    check: ({ fresh = '', again }) => {
      const problem = services.accounts.passwordProblem(fresh, about)?.(context.say);
      const differ = fresh === again ? undefined : context.say('account.passwords-differ');
      const message = problem ?? differ;
      return Promise.resolve(message === undefined ? undefined : { message, field: 'fresh' });
    },
  });
  if (answers === undefined) return unchanged(context, 'own.nothing-saved');
  const password = answers['fresh'] ?? '';
  const changed = await services.accounts.changePassword(user.id, { password }, actorOf(caller));
  if (changed.kind === 'refused') return stay(changed.says(context.say));
  const message = context.say('own.password-changed');
  if ((await caller.login.refresh()) === 'end') {
    return { kind: 'log-off', message, reason: 'ended' };
  }
  memory.set('status', message);
  return { kind: 'redraw' };
}

const MAIL_TEXTS = {
  accepted: 'own.link-mailed',
  'bad-address': 'own.no-mail-there',
  'too-many': 'mail.too-many',
} as const;

/** What each view has now, to see later which ones the caller changed. */
function shownNow({ screen }: MenuContext): ReadonlyMap<number, unknown> {
  const texts = [...PERSONAL_VIEWS.map(([view]) => view), VIEWS.email, VIEWS.termHeight];
  return new Map<number, unknown>([
    ...texts.map((view): [number, unknown] => [view, screen.text(view)]),
    [VIEWS.theme, screen.value(VIEWS.theme)],
    [VIEWS.welcome, screen.value(VIEWS.welcome)],
  ]);
}

function lookProperties(context: MenuContext): PropertyValues {
  const theme = chosenTheme(context);
  return theme === undefined
    ? { [LINES_PROPERTY]: LINES_ON }
    : { [LINES_PROPERTY]: undefined, theme_id: theme.id };
}

function welcomeProperty({ screen }: MenuContext): PropertyValues {
  const isSkipped = Number(screen.value(VIEWS.welcome)) === SKIPPED;
  return { [SKIP_PROPERTY]: isSkipped ? SKIP_ON : undefined };
}

function showTheme(context: MenuContext): void {
  const theme = chosenTheme(context);
  if (theme === undefined) {
    context.screen.setText(VIEWS.themeInfo, context.say('own.text-only'));
    return;
  }
  const { name, author } = theme;
  const text = author === '' ? name : context.say('own.theme-by', { name, author });
  context.screen.setText(VIEWS.themeInfo, text);
}

function chosenTheme({ screen, services }: MenuContext) {
  return services.themes().list()[Number(screen.value(VIEWS.theme))];
}

/** The present address is not checked again: it may be older than the rules. */
function addressUnlessOwn(): Validator {
  return {
    doc: 'One plain mail address; may be empty.',
    needs: 'complete',
    check: async (text, context) => {
      const own = context.caller.login.user?.properties.get('email_address') ?? '';
      return readMailAddress(text) === own
        ? undefined
        : VALIDATORS['validateEmailAvail']?.check(text, context);
    },
  };
}

function staySecret(message: string): Transition {
  const clear = [VIEWS.password, VIEWS.confirm];
  return { kind: 'stay', message, clear, about: VIEWS.password };
}

function stay(message: string, about?: number): Transition {
  return { kind: 'stay', message, ...(about === undefined ? {} : { about }) };
}
