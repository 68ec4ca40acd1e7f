import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { call } from '../../shared/api.ts';
import { Dialog } from '../../shared/dialog.tsx';
import { nameOf } from '../../shared/message.ts';
import { Failed, Loading } from '../../shared/states.tsx';
/** Many drafts at once: first what would come of it, then the act, then what came of each. */
import type { BulkPreview, BulkResult, ReviewView } from '../../shared/types.ts';

/** The server takes no more at once. */
export const BULK_MAX = 100;

interface Props {
  readonly decision: 'approve' | 'reject';
  readonly reason: string | null;
  readonly reviews: readonly ReviewView[];
  readonly onDone: (result: BulkResult) => void;
  readonly onClose: () => void;
}

export function BulkDialog({ decision, reason, reviews: given, onDone, onClose }: Props) {
  // What was chosen when it was asked: the queue goes on without what is decided here.
  const [reviews] = useState(given);
  const [typed, setTyped] = useState('');
  const client = useQueryClient();
  const items = reviews.map(({ id, fingerprint }) => ({ id, fingerprint }));
  const preview = useQuery({
    queryKey: ['bulk-preview', decision, items],
    queryFn: () => call<BulkPreview>('POST', '/v1/reviews/bulk/preview', { decision, items }),
    gcTime: 0,
    retry: false,
  });
  const act = useMutation({
    mutationFn: () =>
      call<BulkResult>('POST', '/v1/reviews/bulk', { decision, items, ...(reason === null ? {} : { reason }) }),
    onSuccess: (result) => {
      void client.invalidateQueries({ queryKey: ['reviews'] });
      void client.invalidateQueries({ queryKey: ['review-summary'] });
      onDone(result);
    },
  });
  // Whoever approves more than a screenful says how many, so that nobody does it by mistake.
  const asksCount = decision === 'approve' && reviews.length > 10;
  const ready = !act.isPending && (!asksCount || typed.trim() === String(reviews.length));
  const names = new Map(reviews.map((review) => [review.id, nameOf(review)]));
  const submit = (): void => {
    if (act.isSuccess) onClose();
    else if (ready) act.mutate();
  };
  return (
    <Dialog
      title={`${decision === 'approve' ? 'Approve' : 'Reject'} ${reviews.length} drafts`}
      onClose={onClose}
      onSubmit={submit}
    >
      {act.isSuccess ? (
        <Results result={act.data} names={names} />
      ) : (
        <>
          {reason !== null && <p>Reason: {reason}</p>}
          {preview.isPending && <Loading what="what would come of it" />}
          {preview.isError && <Failed error={preview.error} what="preview" />}
          {preview.isSuccess && <Preview preview={preview.data} names={names} />}
          {act.isError && <Failed error={act.error} what="answer" />}
          {asksCount && (
            <label>
              <span>Type {reviews.length} to approve them all</span>
              <input autoFocus inputMode="numeric" value={typed} onChange={(event) => setTyped(event.target.value)} />
            </label>
          )}
        </>
      )}
      <p className="actions">
        {!act.isSuccess && (
          <button type="button" onClick={onClose}>
            Back
          </button>
        )}
        <button type="submit" disabled={!act.isSuccess && !ready} className={decision === 'reject' ? 'bad' : 'good'}>
          {act.isSuccess ? 'Close' : decision === 'approve' ? 'Approve' : 'Reject'}
        </button>
      </p>
    </Dialog>
  );
}

function Preview({ preview, names }: { readonly preview: BulkPreview; readonly names: ReadonlyMap<string, string> }) {
  return (
    <>
      <ul className="consequences" aria-label="What would come of it">
        {preview.groups.map((group) => (
          <li key={group.consequence}>
            <strong>{group.count}</strong> {group.consequence}
          </li>
        ))}
      </ul>
      {preview.refused.length > 0 && (
        <details open>
          <summary>{preview.refused.length} would be refused</summary>
          <ul>
            {preview.refused.map((item) => (
              <li key={item.id}>
                {names.get(item.id) ?? item.id}: {item.reason}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Results({ result, names }: { readonly result: BulkResult; readonly names: ReadonlyMap<string, string> }) {
  const refused = result.items.filter((item) => item.status === 'refused');
  const done = result.items.length - refused.length;
  return (
    <div role="status">
      <p>
        <strong>{done}</strong> done, <strong>{refused.length}</strong> refused.
      </p>
      <ul className="results">
        {refused.map((item) => (
          <li key={item.id}>
            {names.get(item.id) ?? item.id}: {item.problem?.detail ?? item.state}
          </li>
        ))}
      </ul>
    </div>
  );
}
