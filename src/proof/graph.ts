import { escapeUnseen } from '../base/unseen';
import type { FlowGraph, GraphNode } from './flow-graph';
import { layOut, placeEdge } from './graph-layout';

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

const COLOURS: Readonly<
  Record<GraphNode['kind'], { readonly fill: string; readonly line: string }>
> = {
  'login-area': { fill: '#fdf1d3', line: '#a4660a' },
  menu: { fill: '#e3eefb', line: '#2b5f9e' },
  missing: { fill: '#fbe1e1', line: '#b02a2a' },
  'log-off': { fill: '#eeeeee', line: '#777777' },
};

/** The flow for Graphviz. */
export function toDot(graph: FlowGraph): string {
  const quote = (value: string): string => escapeUnseen(JSON.stringify(value));
  return [
    'digraph menus {',
    '  rankdir=TB;',
    '  node [shape=box, style="rounded,filled", fontname="sans-serif"];',
    '  edge [fontname="sans-serif", fontsize=10];',
    ...graph.nodes.map(({ name, kind, label }) => {
      const { fill, line } = COLOURS[kind];
      const caption = kind === 'log-off' ? label : [name, label].filter(Boolean).join('\n');
      return `  ${quote(name)} [label=${quote(caption)}, fillcolor="${fill}", color="${line}"];`;
    }),
    ...graph.edges.map(
      ({ from, to, labels }) =>
        `  ${quote(from)} -> ${quote(to)} [label=${quote(labels.join('\n'))}];`,
    ),
    '}',
    '',
  ].join('\n');
}

const MOST_LABELS = 3;

/** The flow as a drawing of its own, in layers from the first menus down. */
export function toSvg(graph: FlowGraph): string {
  const layout = layOut(graph);
  const escape = (value: string): string =>
    escapeUnseen(value).replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
  const lines = graph.edges.map((edge) => ({ ...placeEdge(edge, layout), labels: edge.labels }));
  const edges = lines.map(({ path, back }) => {
    return `<path d="${path}" class="edge${back ? ' back' : ''}" marker-end="url(#tip)"/>`;
  });
  const labels = lines.map(({ labels: told, labelX, labelY }) => {
    // A line without words is a plain next.
    const all = told.filter((label) => label !== 'next');
    const shown = all.slice(0, MOST_LABELS);
    const more = all.length > MOST_LABELS ? [`and ${all.length - MOST_LABELS} more`] : [];
    const rows = [...shown, ...more].map(
      (label, row) => `<tspan x="${labelX}" dy="${row === 0 ? 0 : 11}">${escape(label)}</tspan>`,
    );
    return `<text x="${labelX}" y="${labelY}" class="label">${rows.join('')}</text>`;
  });
  const nodes = graph.nodes.map(({ name, kind, label }) => {
    const box = layout.boxes.get(name);
    if (box === undefined) return '';
    const { x, y, width, height } = box;
    const { fill, line } = COLOURS[kind];
    const middle = x + width / 2;
    const title = kind === 'log-off' ? label : name;
    const second = kind === 'log-off' ? '' : label;
    return (
      `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6" fill="${fill}" stroke="${line}"/>` +
      `<text x="${middle}" y="${y + (second === '' ? 25 : 18)}" class="name">${escape(title)}</text>` +
      `<text x="${middle}" y="${y + 33}" class="desc">${escape(second)}</text>`
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${layout.width}" height="${layout.height}" ` +
      `viewBox="0 0 ${layout.width} ${layout.height}" font-family="sans-serif">`,
    '<style>.edge{fill:none;stroke:#666}.back{stroke:#aaa;stroke-dasharray:4 3}.label{font-size:9px;fill:#444;text-anchor:middle;' +
      'paint-order:stroke;stroke:#fff;stroke-width:3px}.name{font-size:12px;text-anchor:middle}' +
      '.desc{font-size:10px;fill:#555;text-anchor:middle}</style>',
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" ' +
      'orient="auto-start-reverse"><path d="M0 0 8 4 0 8z" fill="#666"/></marker></defs>',
    `<rect width="${layout.width}" height="${layout.height}" fill="#ffffff"/>`,
    ...edges,
    ...labels,
    ...nodes,
    '</svg>',
    '',
  ].join('\n');
}
