import { flowGraph, toMermaid } from '../../src/proof/flow-graph';
import { menusFrom } from './menu-text';

function graphOf(text: string): ReturnType<typeof flowGraph> {
  return flowGraph(menusFrom(`menus: {\n${text}\n}`), new Map());
}

const GRAPH = graphOf(`
  telnetConnected: { desc: "Connecting", next: "login" }
  login: {
    desc: "Say \\"friend\\" & <enter> | end"
    next: [ { acs: "AR2 & !GM[a,b]", next: "otp" } { next: "mainMenu" } ]
    form: { 0: { submit: { "*": [ { value: "x", action: "@systemMethod:login" } ] }
      actionKeys: [ { keys: [ "escape" ], action: "@systemMethod:prevMenu" } { keys: [ "q" ], action: "@systemMethod:logoff" } ] } }
  }
  mainMenu: { form: { 0: { actionKeys: [ { keys: [ "x" ], action: "@menu:nowhere" } { keys: [ "l" ], action: "@menu:login" } ] } } }
  otp: { next: "mainMenu" }`);

it('a graph has every menu, those that are missing, and the end of the call', () => {
  expect(GRAPH.nodes.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
    'telnetConnected login-area',
    'login login-area',
    'mainMenu menu',
    'otp menu',
    '(log off) log-off',
    'nowhere missing',
  ]);
});

it('its lines say what leads on, and under which condition; going back is left out', () => {
  const lines = GRAPH.edges.map(({ from, to, labels }) => `${from} > ${to}: ${labels.join(', ')}`);
  expect(lines).toContain('login > otp: login [AR2 & !GM[a,b]]');
  expect(lines).toContain('login > (log off): key q');
  expect(lines.join()).not.toContain('escape');
});

it('Mermaid gets one node a menu and no character that it would take for its own', () => {
  const text = toMermaid(GRAPH);
  expect(text).toMatch(/^flowchart TD\n/);
  expect(text).toContain('m0["telnetConnected<br/>Connecting"]:::loginArea');
  for (const [, label = ''] of text.matchAll(/\|"(.*)"\|/g)) {
    expect(label.replace(/<br\/>|#[0-9]+;/g, '')).not.toMatch(/["[\]|<>&]/);
  }
});

it('an empty board has an empty flowchart', () => {
  expect(toMermaid({ nodes: [], edges: [] })).toMatch(/^flowchart TD\n {2}classDef /);
});
