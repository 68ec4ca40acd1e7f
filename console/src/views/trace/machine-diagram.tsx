/** The machine of the action, with the way that it took. The same is said in words for those who do not see it. */
import type { MachineView, TraceStep } from '../../shared/types.ts';
import { BOX_HEIGHT, BOX_WIDTH, layoutOf, visitedBy } from './layout.ts';

interface Props {
  readonly machine: MachineView;
  readonly steps: readonly TraceStep[];
  readonly action: string;
  /** State in which the action is. */
  readonly state: string;
}

export function MachineDiagram({ machine, steps, action, state }: Props) {
  const { width, height, boxes, arrows } = layoutOf(machine);
  const events = steps.filter((step) => step.actor === `action:${action}`).map((step) => step.type);
  const visited = visitedBy(machine, events, state);
  return (
    <figure className="diagram">
      <div className="scroll" tabIndex={0} role="region" aria-label="Diagram of the machine">
        <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden="true">
          <defs>
            <marker id="tip" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto">
              <path d="M0 0 8 4 0 8z" />
            </marker>
          </defs>
          {arrows.map((arrow) => {
            const on = visited.arrows.has(`${arrow.from} ${arrow.to}`);
            return (
              <path
                key={`${arrow.from} ${arrow.to}`}
                d={arrow.path}
                className={on ? 'arrow on' : 'arrow'}
                markerEnd="url(#tip)"
              >
                <title>{arrow.label}</title>
              </path>
            );
          })}
          {boxes.map((box) => (
            <g key={box.state} transform={`translate(${box.x} ${box.y})`}>
              <rect
                width={BOX_WIDTH}
                height={BOX_HEIGHT}
                rx="6"
                className={box.state === visited.now ? 'box now' : visited.states.has(box.state) ? 'box on' : 'box'}
              />
              <text x={BOX_WIDTH / 2} y={BOX_HEIGHT / 2} dominantBaseline="central" textAnchor="middle">
                {box.state}
              </text>
            </g>
          ))}
        </svg>
      </div>
      <figcaption>
        Machine {machine.kind}, version {machine.version}. This action went through {[...visited.states].join(', ')}.
      </figcaption>
    </figure>
  );
}
