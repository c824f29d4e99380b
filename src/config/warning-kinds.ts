import { byPlace, formatProblem, type Problem, type UnplacedProblem } from './problems';

interface Rule {
  /** Told before the others: callers go another way than the sysop thinks. */
  readonly isLoud?: true;
  /** What several findings of it are called together: "14 <these>". */
  readonly many: string;
  /** What happens in place of what was written, where the finding itself does not say. */
  readonly instead?: string;
}

/** Every kind of finding in a sysop's files that does not keep a board shut. */
export const RULES: Readonly<Record<string, Rule>> = {
  'foreign-key': { many: 'keys have no effect here' },
  'unknown-config-key': { many: 'keys are not known here and have no effect' },
  'misspelt-config-key': { many: 'keys are misspelt or belong elsewhere, and have no effect' },
  'wrong-config-value': { many: 'values cannot be, and the default or the nearest counts' },
  'ssh-algorithms': { many: 'lists of SSH algorithms name what is not offered' },
  'lost-protection': { many: 'protections stand where they have no effect' },
  'doubled-key': { many: 'keys stand twice, and the later one counts' },
  reference: { many: '@reference: values name nothing and stay as they are written' },
  'out-of-range': {
    many: 'values are out of range, and the nearest that is allowed, or the default, counts',
  },
  'adapted-value': { many: 'values are read as they are meant elsewhere' },
  'twin-folder': { many: 'folders are there twice in letters of another case, and one counts' },
  'path-elsewhere': { many: 'paths lead to another place than this board' },
  'first-effect': { many: 'settings take effect here for the first time' },
  'unknown-group': { many: 'groups in conditions are not there, and nobody is in them' },
  setting: { many: 'settings may not be what is meant' },

  'unknown-menu': { many: 'names of menus lead nowhere', instead: 'nobody is taken there' },
  'unknown-module': {
    many: 'modules are not here',
    instead: 'callers read so and go back, also where the menu leads on',
  },
  'absent-module': { many: 'menus belong to parts that this board does not have' },
  'unknown-method': { many: 'methods are not known', instead: 'callers read that it is missing' },
  'unknown-validator': {
    many: 'validators are not known',
    instead: 'the field takes nothing unchecked',
  },
  'unknown-prompt': {
    many: 'prompts are not there',
    instead: 'a pause is asked for in plain words',
  },
  'missing-art': {
    many: 'art files are not there',
    instead: "callers see the stock theme's, or a plain line for each field",
  },
  'module-art': {
    many: 'pictures that modules show are not there',
    instead: "the board's own words are",
  },
  'unusable-art': {
    many: 'pictures cannot be used',
    instead: 'it is passed over as if it were not there',
  },
  'format-field': { many: 'fields of formats are not known, and stay as they are written' },
  'empty-code': { many: 'codes in art show nothing here' },
  'unknown-code': { many: 'codes in art are not known here' },
  'utf8-art': { many: 'art files look like UTF-8 and are read as CP437' },
  'view-not-placed': { many: 'views are not placed by the art' },
  'view-missing': {
    many: 'art files lack a view that a module needs',
    instead: 'what belongs there is not shown',
  },
  'passed-over-art': {
    many: 'pictures lack fields that callers need to get in, and others stand in',
  },
  'unknown-view': { many: 'views are of no kind that is known here' },
  'meant-view': { many: 'views are read by the number that they have' },
  'unknown-property': { many: 'properties of views are not known and have no effect' },
  'idle-property': { many: 'properties of views have no effect here' },
  'wrong-property': {
    many: 'properties of views have a value that cannot be',
    instead: 'the default counts',
  },
  'masked-property': {
    many: 'fields say in no known way whether they are masked',
    instead: 'what is typed is masked',
  },
  'unknown-config': {
    many: '@config: values are not in the configuration',
    instead: 'it is left out',
  },
  'unknown-field': { many: 'rules ask for fields that no view has' },
  'nothing-submits': { many: 'forms cannot be sent off' },
  'form-never-used': { many: 'forms fit no art' },
  'two-forms': { many: 'menus have a form and a prompt' },
  'two-acs': { many: 'menus have two conditions' },
  'wrong-form': {
    many: 'values are in no form that is understood',
    instead: 'it counts for nothing',
  },
  'bad-address': { many: 'addresses cannot be read', instead: 'it leads nowhere' },
  'lost-form': {
    isLoud: true,
    many: 'forms and prompts are lost by a misspelt key, and nothing is asked there',
  },
  'closed-menu': { many: 'menus are closed, for what they ask cannot be read' },
  'broken-acs': { many: 'conditions cannot be parsed', instead: 'nobody passes' },
  acs: { many: 'conditions need a look' },
  destination: { many: 'settings of destinations cannot be as they are written' },
  'module-config': { many: 'settings of modules cannot be as they are written' },
  'unknown-key': { many: 'keys mean nothing where they stand', instead: 'it has no effect' },
  'lost-condition': {
    many: 'keys are nearly a condition or stand where none counts',
    instead: 'nobody meets it',
  },
  'never-taken': { many: "entries of 'next' are taken by nobody" },
  'never-reached': { many: 'entries of lists are never reached' },
  'silent-loop': {
    many: 'rings of menus lead nowhere',
    instead: 'the call of who gets in there ends',
  },
  'asks-password': { many: 'pictures ask for a password where none is taken' },
  'not-asked': { many: 'forms lack a required field', instead: 'it is not asked there' },
  'unknown-theme': { many: 'themes are not there', instead: 'another one stands in' },
  'unknown-text': { many: 'texts have an id that is not known', instead: 'nobody reads it' },
  'wrong-text': { many: 'texts cannot be said', instead: "the board's own sentence is" },
  'broken-texts': {
    many: 'files of texts cannot be used',
    instead: "the board's own sentences are said",
  },
  'theme-key': { many: 'entries of themes are not known here, or cannot be, and have no effect' },
  'theme-art': { many: 'pictures are not in a theme of the board, and others stand in' },
  'theme-lacks': { many: 'pictures are missing for callers of some theme' },
  'unknown-base': {
    many: 'themes are children of none that is there',
    instead: 'what it lacks comes from the default theme',
  },
  'unknown-wide': {
    many: 'themes have no other one for wide windows that is there and wider',
    instead: 'its own screens stand in the middle',
  },
  'broken-theme': {
    many: 'theme files cannot be used',
    instead: 'the theme is shown without it',
  },
  'dead-end': { many: 'menus have no way out for some callers' },
  'locked-out': { many: 'servers let accounts with a second factor never in' },
  unreachable: { many: 'menus are reached from nowhere' },
  'turned-away': {
    isLoud: true,
    many: 'screens before the sign-in lack config: { area: "login" }, and callers are turned away there',
  },
  'flow-bypass': {
    isLoud: true,
    many: 'menus outside the login area are where callers come before they have signed in, and are turned away',
  },
  'needs-sign-in': { many: 'parts of the login area need a sign-in, and refuse callers without' },
};

/**
 * One line for each kind, with a count, where more than one is of it: the first by place, in full, stands for all.
 * The loud ones come first.
 * `all` gives each its own line.
 */
export function groupWarnings(
  warnings: readonly Problem[],
  format: (warning: Problem) => string,
  { all = false }: { readonly all?: boolean } = {},
): readonly string[] {
  const groups = new Map<string, Problem[]>();
  for (const [index, warning] of [...warnings].sort(byPlace).entries()) {
    const name = isOfKind(warning) && !all ? (warning.kind ?? '') : `${index}`;
    groups.set(name, [...(groups.get(name) ?? []), warning]);
  }
  const isLoud = (group: readonly Problem[]): boolean =>
    RULES[group[0]?.kind ?? '']?.isLoud === true;
  const inOrder = [...groups].sort(([, a], [, b]) => Number(isLoud(b)) - Number(isLoud(a)));
  return inOrder.flatMap(([name, group]) => {
    const [first] = group;
    if (first === undefined) return [];
    if (group.length === 1) return [format(first)];
    return [`${group.length} ${RULES[name]?.many ?? name}; the first: ${format(first)}`];
  });
}

/** What an edit was refused for: one line for each kind, in the order of the files; the log has all. */
export function groupRefusals(problems: readonly UnplacedProblem[]): readonly string[] {
  const none = { file: '' };
  const placed = problems.map((problem) => ({ ...problem, place: problem.place ?? none }));
  return groupWarnings(placed, ({ place, ...problem }) =>
    formatProblem(place === none ? problem : { ...problem, place }),
  );
}

/** True for a warning of one of these kinds; others stand alone. */
function isOfKind({ kind }: Problem): boolean {
  return kind !== undefined && Object.hasOwn(RULES, kind);
}
