import { escapeUnseen } from '../base/unseen';
import type { FlowGraph, GraphNode } from './flow-graph';

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
