import type { FlowGraph, GraphEdge } from './flow-graph';

/** Where a menu stands in the drawing. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: ReadonlyMap<string, Box>;
}

const BOX_HEIGHT = 42;
const LAYER_GAP = 96;
const BOX_GAP = 34;
const MARGIN = 30;
const CHARACTER = 7;
// Wider layers are broken into rows, so that a large board stays a page and not a ribbon.
const MOST_IN_ROW = 9;
const SWEEPS = 4;

/**
 * A small layered layout: each menu one layer below the nearest one that leads to it, and within a
 * layer near the middle of its neighbours.
 */
export function layOut(graph: FlowGraph): Layout {
  const rows = orderRows(layersOf(graph), graph.edges).flatMap(breakRow);
  const widths = new Map(graph.nodes.map(({ name, label }) => [name, boxWidth(name, label)]));
  const widthOf = (name: string): number => widths.get(name) ?? 0;
  const rowWidth = (row: readonly string[]): number =>
    row.reduce((sum, name) => sum + widthOf(name) + BOX_GAP, -BOX_GAP);
  const widest = rows.reduce((most, row) => Math.max(most, rowWidth(row)), 0);
  const boxes = new Map<string, Box>();
  rows.forEach((row, level) => {
    let x = MARGIN + Math.round((widest - rowWidth(row)) / 2);
    const y = MARGIN + level * (BOX_HEIGHT + LAYER_GAP);
    for (const name of row) {
      boxes.set(name, { x, y, width: widthOf(name), height: BOX_HEIGHT });
      x += widthOf(name) + BOX_GAP;
    }
  });
  const height = rows.length * (BOX_HEIGHT + LAYER_GAP) - LAYER_GAP + 2 * MARGIN;
  return { width: widest + 2 * MARGIN, height: Math.max(height, 2 * MARGIN), boxes };
}

/** A drawn line; `back` is one that leads up or along a row. */
export interface Line {
  readonly path: string;
  readonly labelX: number;
  readonly labelY: number;
  readonly back: boolean;
}

/** A curve between two boxes. Its label stands near where it ends, so that a fan stays readable. */
export function placeEdge(edge: GraphEdge, layout: Layout): Line {
  const none: Box = { x: 0, y: 0, width: 0, height: 0 };
  const from = layout.boxes.get(edge.from) ?? none;
  const to = layout.boxes.get(edge.to) ?? none;
  const startX = Math.round(from.x + from.width / 2);
  const endX = Math.round(to.x + to.width / 2);
  const labelX = Math.round(startX + (endX - startX) * NEAR_THE_END);
  if (to.y > from.y) {
    const startY = from.y + from.height;
    const bend = Math.round((to.y - startY) * BEND);
    const path = `M${startX} ${startY}C${startX} ${startY + bend} ${endX} ${to.y - bend} ${endX} ${to.y}`;
    return { path, labelX, labelY: to.y - LABEL_GAP, back: false };
  }
  const endY = to.y + to.height;
  if (to.y === from.y) {
    const dip = endY + ROW_DIP;
    const path = `M${startX} ${endY}C${startX} ${dip} ${endX} ${dip} ${endX} ${endY}`;
    return { path, labelX, labelY: endY + LABEL_GAP, back: true };
  }
  const bend = Math.round((from.y - endY) * BEND);
  const path = `M${startX} ${from.y}C${startX} ${from.y - bend} ${endX} ${endY + bend} ${endX} ${endY}`;
  return { path, labelX, labelY: endY + LABEL_GAP, back: true };
}

const NEAR_THE_END = 0.9;
const BEND = 0.6;
const LABEL_GAP = 18;
const ROW_DIP = 34;

function boxWidth(name: string, label: string): number {
  return Math.max(name.length, label.length) * CHARACTER + 20;
}

/** Breadth first from the menus that nothing leads to; rings without such a menu begin where they begin. */
function layersOf({ nodes, edges }: FlowGraph): string[][] {
  const below = new Map<string, string[]>();
  const entered = new Set<string>();
  for (const { from, to } of edges) {
    if (from === to) continue;
    below.set(from, [...(below.get(from) ?? []), to]);
    entered.add(to);
  }
  const level = new Map<string, number>();
  const spread = (first: readonly string[]): void => {
    const queue = first.filter((name) => !level.has(name));
    for (const name of queue) level.set(name, 0);
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      for (const next of below.get(name) ?? []) {
        if (level.has(next)) continue;
        level.set(next, (level.get(name) ?? 0) + 1);
        queue.push(next);
      }
    }
  };
  spread(nodes.map(({ name }) => name).filter((name) => !entered.has(name)));
  for (const { name } of nodes) spread([name]);
  const layers: string[][] = [];
  // Where calls end is the last row, whatever leads there first.
  const last = Math.max(0, ...level.values()) + 1;
  for (const { name, kind } of nodes) {
    const at = kind === 'log-off' ? last : (level.get(name) ?? 0);
    while (layers.length <= at) layers.push([]);
    layers[at]?.push(name);
  }
  return layers.filter((layer) => layer.length > 0);
}

/** Moves each menu towards the middle of its neighbours in the layer above, then below. */
function orderRows(layers: string[][], edges: readonly GraphEdge[]): string[][] {
  const neighbours = new Map<string, string[]>();
  for (const { from, to } of edges) {
    neighbours.set(from, [...(neighbours.get(from) ?? []), to]);
    neighbours.set(to, [...(neighbours.get(to) ?? []), from]);
  }
  let rows = layers;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const place = new Map<string, number>();
    for (const row of rows) {
      row.forEach((name, at) => place.set(name, (at + 0.5) / row.length));
    }
    const middle = (name: string): number => {
      const around = neighbours.get(name) ?? [];
      const sum = around.reduce((total, other) => total + (place.get(other) ?? 0.5), 0);
      return around.length === 0 ? (place.get(name) ?? 0.5) : sum / around.length;
    };
    rows = rows.map((row) => {
      const wanted = new Map(row.map((name) => [name, middle(name)]));
      return [...row].sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0));
    });
  }
  return rows;
}

function breakRow(row: readonly string[]): string[][] {
  const rows: string[][] = [];
  for (let at = 0; at < row.length; at += MOST_IN_ROW) rows.push(row.slice(at, at + MOST_IN_ROW));
  return rows;
}
