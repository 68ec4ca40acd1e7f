/**
 * Where the boxes and arrows of a machine are drawn: states in columns by how many steps they are from the beginning, in each column in the order in
 * which the machine names them.
 */
import type { MachineView } from '../../shared/types.ts';

export interface Box {
  readonly state: string;
  readonly x: number;
  readonly y: number;
}

export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly path: string;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
}

export const BOX_WIDTH = 96;
export const BOX_HEIGHT = 30;
const GAP_X = 72;
const GAP_Y = 20;
const MARGIN = 16;

export function layoutOf({ initial, states, edges }: Pick<MachineView, 'initial' | 'states' | 'edges'>): Layout {
  const rank = ranksOf(initial, states, edges);
  const columns = Map.groupBy(states, (state) => rank.get(state) ?? 0);
  const tallest = Math.max(...[...columns.values()].map((column) => column.length));
  const height = tallest * (BOX_HEIGHT + GAP_Y) - GAP_Y + 2 * MARGIN + BOX_HEIGHT;
  const boxes = new Map<string, Box>();
  for (const [column, names] of columns) {
    const top = (height - names.length * (BOX_HEIGHT + GAP_Y) + GAP_Y) / 2;
    for (const [row, state] of names.entries())
      boxes.set(state, { state, x: MARGIN + column * (BOX_WIDTH + GAP_X), y: top + row * (BOX_HEIGHT + GAP_Y) });
  }
  const arrows = edges.flatMap(({ from, to, label }): Arrow[] => {
    const [start, end] = [boxes.get(from), boxes.get(to)];
    return start === undefined || end === undefined || from === to
      ? []
      : [{ from, to, label, path: pathOf(start, end) }];
  });
  // Arrows between states of the last column bend out to its right.
  const width = 2 * MARGIN + columns.size * (BOX_WIDTH + GAP_X) - GAP_X / 2;
  return { width, height, boxes: [...boxes.values()], arrows };
}

function ranksOf(initial: string, states: readonly string[], edges: MachineView['edges']): ReadonlyMap<string, number> {
  const rank = new Map([[initial, 0]]);
  let frontier = [initial];
  while (frontier.length > 0) {
    const next = edges.filter(({ from, to }) => frontier.includes(from) && !rank.has(to));
    for (const { from, to } of next) rank.set(to, (rank.get(from) ?? 0) + 1);
    frontier = [...new Set(next.map(({ to }) => to))];
  }
  const last = Math.max(...rank.values());
  for (const state of states) if (!rank.has(state)) rank.set(state, last);
  return rank;
}

function pathOf(from: Box, to: Box): string {
  const middle = BOX_HEIGHT / 2;
  if (to.x > from.x) {
    const [x1, y1, x2, y2] = [from.x + BOX_WIDTH, from.y + middle, to.x - 4, to.y + middle];
    const bend = (x2 - x1) / 2;
    return `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
  }
  if (to.x === from.x) {
    const [x, y1, y2] = [from.x + BOX_WIDTH, from.y + middle, to.y + middle];
    return `M${x} ${y1} C${x + 28} ${y1} ${x + 28} ${y2} ${x + 4} ${y2}`;
  }
  const down = to.y >= from.y;
  const [x1, y1] = [from.x + BOX_WIDTH / 2, from.y + (down ? BOX_HEIGHT : 0)];
  const [x2, y2] = [to.x + BOX_WIDTH / 2, to.y + (down ? BOX_HEIGHT + 4 : -4)];
  const bend = (down ? 1 : -1) * 40;
  return `M${x1} ${y1} C${x1} ${y1 + bend} ${x2} ${y2 + bend} ${x2} ${y2}`;
}

/** The states that a sequence of event types leads through, from the beginning. */
export function visitedBy(
  { initial, edges }: Pick<MachineView, 'initial' | 'edges'>,
  events: readonly string[],
  ends: string | null,
): { readonly states: ReadonlySet<string>; readonly arrows: ReadonlySet<string>; readonly now: string } {
  // An event may lead to one of several states, as its condition says: all ways are followed, and the one that ends where the action is holds.
  let ways: readonly (readonly string[])[] = [[initial]];
  for (const event of events) {
    const next = ways.flatMap((way) => {
      const targets = edges.filter(({ from, label }) => from === way.at(-1) && label.split(', ').includes(event));
      return targets.length === 0 ? [way] : targets.map(({ to }) => [...way, to]);
    });
    ways = next.slice(0, WAYS_MAX);
  }
  const way = ways.find((states) => states.at(-1) === ends) ?? ways[0] ?? [initial];
  return {
    states: new Set(way),
    arrows: new Set(way.slice(1).map((state, index) => `${way[index] ?? ''} ${state}`)),
    now: way.at(-1) ?? initial,
  };
}

const WAYS_MAX = 256;
