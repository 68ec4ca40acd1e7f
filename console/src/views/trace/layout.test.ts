import { expect, test } from 'vitest';

import { actionDefinition } from '../../../../src/machines/action/action.machine.ts';
import { shapeOf } from '../../../../src/machines/machine-shape.ts';
import { layoutOf, visitedBy } from './layout.ts';

const shape = shapeOf(actionDefinition.machine);

test('every state has a place of its own', () => {
  const { boxes, width, height } = layoutOf(shape);
  expect(boxes.map((box) => box.state).toSorted()).toEqual([...shape.states].toSorted());
  expect(new Set(boxes.map((box) => `${box.x} ${box.y}`)).size).toBe(boxes.length);
  for (const { x, y } of boxes) {
    expect(x).toBeGreaterThanOrEqual(0);
    expect(y).toBeGreaterThanOrEqual(0);
    expect(x).toBeLessThan(width);
    expect(y).toBeLessThan(height);
  }
});

test('a review leads to the state in which the action is', () => {
  const events = ['action.proposed', 'action.held', 'action.reviewed'];
  expect(visitedBy(shape, events, 'rejected')).toMatchObject({
    states: new Set(['idle', 'proposed', 'held', 'rejected']),
    now: 'rejected',
  });
  const sent = visitedBy(shape, [...events, 'action.passed', 'action.executed'], 'executed');
  expect([...sent.states]).toEqual(['idle', 'proposed', 'held', 'permitted', 'executed']);
  expect(sent.arrows.has('held proposed')).toBe(true);
});
