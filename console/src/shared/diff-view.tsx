/** Two texts as one, with what was taken out and what was put in marked for eyes and ears. */
import { wordDiff } from './word-diff.ts';

export function DiffView({
  before,
  after,
  label,
}: {
  readonly before: string;
  readonly after: string;
  readonly label: string;
}) {
  const parts = wordDiff(before, after);
  const changed = parts.some((part) => part.kind !== 'same');
  return (
    <div className="diff" role="group" aria-label={label}>
      {changed
        ? parts.map((part, index) =>
            part.kind === 'same' ? (
              <span key={index}>{part.text}</span>
            ) : part.kind === 'removed' ? (
              <del key={index}>{part.text}</del>
            ) : (
              <ins key={index}>{part.text}</ins>
            ),
          )
        : 'Nothing is changed.'}
    </div>
  );
}
