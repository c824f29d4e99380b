import { flowGraph } from '../../src/proof/flow-graph';
import type { FlowGraph } from '../../src/proof/flow-graph';
import { toDot, toMermaid, toSvg } from '../../src/proof/graph';
import { layOut } from '../../src/proof/graph-layout';
import { menusFrom } from './menu-text';

function graphOf(text: string): FlowGraph {
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

it('dot quotes what it must', () => {
  const text = toDot(GRAPH);
  expect(text).toMatch(/^digraph menus \{/);
  expect(text).toContain('label="login\\nSay \\"friend\\" & <enter> | end"');
});

it('SVG escapes every text, so that a menu cannot put markup into the picture', () => {
  const text = toSvg(GRAPH);
  expect(text).not.toContain('<enter>');
  expect(text.match(/<rect /g)).toHaveLength(GRAPH.nodes.length + 1);
  expect(text.match(/<path [^>]*class="edge/g)).toHaveLength(GRAPH.edges.length);
});

it('the layout lets no two menus overlap and keeps all inside the picture', () => {
  const many = Array.from(
    { length: 120 },
    (_, at) => `m${at}: { next: [ "m${(at * 7 + 1) % 120}", "m${(at * 3 + 2) % 120}" ] }`,
  );
  const layout = layOut(graphOf(many.join('\n')));
  const boxes = [...layout.boxes.values()];
  expect(boxes).toHaveLength(120);
  for (const [at, a] of boxes.entries()) {
    expect(a.x).toBeGreaterThanOrEqual(0);
    expect(a.x + a.width).toBeLessThanOrEqual(layout.width);
    expect(a.y + a.height).toBeLessThanOrEqual(layout.height);
    for (const b of boxes.slice(at + 1)) {
      const apart =
        a.x + a.width <= b.x ||
        b.x + b.width <= a.x ||
        a.y + a.height <= b.y ||
        b.y + b.height <= a.y;
      expect(apart).toBe(true);
    }
  }
});

it('an empty board has an empty picture', () => {
  expect(toSvg({ nodes: [], edges: [] })).toContain('<svg');
});
