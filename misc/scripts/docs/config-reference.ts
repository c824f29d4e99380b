import { listConfigSections } from '../../../src/config/config-keys';
import type { ConfigKey, ConfigSection } from '../../../src/config/config-keys';
import { listForeignKeys } from '../../../src/config/foreign-keys';
import { codeSpan, markdownTable } from './markdown';

const INTRODUCTION = `# Configuration

This page is made from the program's own tables by \`npm run docs\`; do not edit it.

    oputil config check                  what is wrong with it, with file, line and the nearest right name
    oputil config cat loginServers.ssh   what is in force; without a key: all of it

A board's configuration is \`config/config.hjson\` in the board folder (\`--board\`), or the file that \`--config\`
names. It need hold only the keys that differ from the defaults below; without a file all defaults hold. To open a
board to the world and give it a name:

    {
      general: { boardName: "The Postern" }
      loginServers: {
        telnet: { address: "0.0.0.0" }
        ssh: { address: "0.0.0.0" }
      }
      contentServers: { web: { domain: "bbs.example.org", https: { address: "0.0.0.0" } } }
    }

The file is [Hjson](https://hjson.github.io): JSON with comments and without most of its quotes and commas. A text
without quotes goes on to the end of its line, comments and brackets included, so put texts in quotes when something
follows on the line.

A mistake is reported with its file, line and column, what is accepted there, and the nearest right name. At a start
it is a warning where no caller can be harmed by what happens instead, which the warning says; any other ends the start
(exit code 78). [What a mistake does](#what-a-mistake-does) has both. A running board takes no edit that brings a mistake
of that list, and goes on with what it had. What is no mistake in a value, but may not be what is meant, goes live with a
warning to the log and to the sysops who are online: a group in a condition that nobody is in, a name in a theme that is
that of no menu, a setting that lacks another one.

Blocks whose key stands twice are read as one block; of two equal keys in it the later one counts. Each such key has a
warning of its own, and an edit of a running board that brings one is refused.

## Take values from elsewhere

| Written | Becomes |
| --- | --- |
| \`includes: [ "more.hjson" ]\` | at the top of the file: other files of the config folder, merged in under this one; of two included files the earlier wins |
| \`"@environment:NAME"\` | the environment variable NAME, as a text |
| \`"@environment:NAME:number"\` | as a number; other types are \`boolean\`, \`object\` (JSON) and \`timestamp\` |
| \`"@environment:NAME:string:array"\` | as a list, split at commas |
| \`"@file:secrets/smtp"\` | what the file holds, without white space around it; the path is relative to the config folder. For passwords, tokens and keys, and in \`auth\`, \`tls\` and \`dkim\` of \`email.transport\`: other values may stand in messages |
| \`"@reference:general.boardName"\` | the value of another key |

Keys that name a file themselves (host key, certificate, sealing key, templates, refused passwords) mean it relative to
the board's folder: \`privateKeyPem: "config/security/ssh_private_key.pem"\`.

A variable that is not set and a file that cannot be read are mistakes. Their content is never repeated in a message
or log. Menu files and themes take the same forms.
`;

/** docs/config.md, made from the schema so that it cannot drift. */
export function configReference(): string {
  const sections = listConfigSections().map(sectionReference);
  return [INTRODUCTION, ...sections, mistakeReference(), foreignReference()].join('\n');
}

function sectionReference(section: ConfigSection): string {
  const table = markdownTable(
    ['Key', 'Default', 'Accepts', 'Meaning'],
    section.keys.map((key) => keyReference(section, key)),
  );
  return [
    `## ${section.path === '' ? 'The top of the file' : section.path}`,
    '',
    section.doc,
    '',
    table,
    '',
  ].join('\n');
}

function keyReference(section: ConfigSection, key: ConfigKey): readonly string[] {
  const name = section.path === '' ? key.path : key.path.slice(section.path.length + 1);
  return [codeSpan(name), codeSpan(describeDefault(key.default)), key.accepts, key.doc];
}

function mistakeReference(): string {
  const harmless = listConfigSections().flatMap(({ path, keys }) => {
    const names = keys
      .filter(({ isHarmless }) => isHarmless)
      .map((key) => codeSpan(path === '' ? key.path : key.path.slice(path.length + 1)));
    if (names.length === 0) return [];
    const which = names.length === keys.length ? 'all of its keys' : names.join(', ');
    return [`- ${path === '' ? 'the top of the file' : codeSpan(path)}: ${which}`];
  });
  return [
    '## What a mistake does',
    '',
    'The keys of this list have a default that harms no caller, whatever was meant. A value of theirs that cannot be gives',
    'way to the default, an entry of a list or table that cannot be is left out, and a name that is misspelt or stands',
    'elsewhere has no effect: the board starts, and says so.',
    '',
    ...harmless,
    '',
    'The board also starts, with a warning, on:',
    '',
    '- a number out of range, of any key but a port: the nearest that is allowed counts, or the default where that protects more',
    '- a key that is like no other key: it has no effect',
    '- `usernameMin` above `usernameMax`: the defaults of both; `passwordMin` above `passwordMax`: the first for both; waits that are shorter than the first wait: the first for all',
    '- an entry of `users.newUserNames` that is no text: it is left out',
    '- an entry of `security.exemptNetworks` that is no network: it is left out, so that no source is exempt by it',
    '- a sender with a name, `Board <bbs@example.org>`: the address in it',
    '',
    'Everything else ends a start, since a default could be less than what was meant: who may sign in, apply and from where,',
    'passwords, second factors and locks, limits against guessing and floods, addresses, ports and proxies, keys and',
    'certificates, links in mails and the way that mails take, the database, first menus and modules. So does a misspelt key',
    'that may be meant for one of these, unless what it says is the default, and a misspelt block with one of these in it.',
    '',
  ].join('\n');
}

function foreignReference(): string {
  return [
    '## Keys of ENiGMA½ without effect here',
    '',
    'A file made for ENiGMA½ may keep these; each is passed over with a warning.',
    '',
    markdownTable(
      ['Key', 'Why'],
      listForeignKeys().map(([path, reason]) => [codeSpan(path), reason]),
    ),
    '',
  ].join('\n');
}

function describeDefault(value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => JSON.stringify(item)).join(', ');
  return JSON.stringify(value);
}
