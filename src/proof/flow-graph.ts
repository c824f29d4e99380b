import { movesOf } from './flow-moves';
import type { ModuleFacts } from './flow-moves';
import type { MenuSet } from '../menu/load/menu-entry';

/** One menu, or the end of a call, in a picture of the flow. */
export interface GraphNode {
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
export interface FlowGraph {
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
