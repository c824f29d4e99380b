import { movesOf, type ModuleFacts } from './flow-moves';
import type { MenuSet } from '../menu/load/menu-entry';
import { escapeUnseen } from '../base/unseen';

/** One menu, or the end of a call, in a picture of the flow. */
interface GraphNode {
  readonly name: string;
  readonly kind: 'login-area' | 'menu' | 'missing' | 'log-off';
  readonly label: string;
}

/** Ways from one menu to another; several of them share a line. */
interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly labels: readonly string[];
}

/** The flow as a picture has it. Going back is left out: it would join everything with everything. */
interface FlowGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** Name of the node that stands for the end of a call; no menu can have it. */
const LOG_OFF = '(log off)';

/** Makes the graph of a menu set, login area first. */
export function flowGraph(set: MenuSet, modules: ReadonlyMap<string, ModuleFacts>): FlowGraph {
  const nodes = new Map<string, GraphNode>();
  for (const { name, desc, loginArea } of set.menus.values()) {
    const kind = loginArea ? 'login-area' : 'menu';
    nodes.set(name, { name, kind, label: desc ?? '' });
  }
  const edges = new Map<string, Set<string>>();
  const note = (from: string, to: string, label: string): void => {
    const key = `${from}\n${to}`;
    const labels = edges.get(key) ?? new Set<string>();
    edges.set(key, labels.add(label));
  };
  for (const menu of set.menus.values()) {
    for (const move of movesOf(menu, set, modules)) {
      if (move.to.kind === 'previous' || move.assumed) continue;
      const to = move.to.kind === 'menu' ? move.to.name : LOG_OFF;
      if (to === LOG_OFF) nodes.set(to, { name: to, kind: 'log-off', label: 'end of the call' });
      if (!nodes.has(to)) nodes.set(to, { name: to, kind: 'missing', label: 'no such menu' });
      const condition = move.after ?? move.before;
      const acs = condition?.choice.options[condition.index]?.acs?.text;
      note(menu.name, to, acs === undefined ? move.via : `${move.via} [${acs}]`);
    }
  }
  return {
    nodes: [...nodes.values()],
    edges: [...edges].map(([key, labels]) => {
      const [from = '', to = ''] = key.split('\n');
      return { from, to, labels: [...labels] };
    }),
  };
}

// Mermaid and hyphens in class names do not always get on.
const CLASSES: Readonly<Record<GraphNode['kind'], string>> = {
  'login-area': 'loginArea',
  menu: 'menu',
  missing: 'missing',
  'log-off': 'logOff',
};

/** The flow as a Mermaid flowchart. */
export function toMermaid(graph: FlowGraph): string {
  const ids = new Map(graph.nodes.map(({ name }, at) => [name, `m${at}`]));
  const text = (value: string): string =>
    value.replace(/[^A-Za-z0-9 _.,:;!?()[\]/&|+-]/g, '').replace(/[[\]&|]/g, toEntity);
  return [
    'flowchart TD',
    ...graph.nodes.map(({ name, kind, label }) => {
      const title = escapeUnseen(name).replace(/"/g, '#34;');
      const caption = label === '' ? title : `${title}<br/>${text(label)}`;
      return `  ${ids.get(name)}["${kind === 'log-off' ? text(label) : caption}"]:::${CLASSES[kind]}`;
    }),
    ...graph.edges.map(({ from, to, labels }) => {
      return `  ${ids.get(from)} -->|"${labels.map(text).join('<br/>')}"| ${ids.get(to)}`;
    }),
    '  classDef loginArea fill:#fdf1d3,stroke:#a4660a,color:#000',
    '  classDef menu fill:#e3eefb,stroke:#2b5f9e,color:#000',
    '  classDef missing fill:#fbe1e1,stroke:#b02a2a,color:#000,stroke-dasharray:4 3',
    '  classDef logOff fill:#eee,stroke:#777,color:#000',
    '',
  ].join('\n');
}

function toEntity(character: string): string {
  return `#${character.charCodeAt(0)};`;
}
