import type { ReviewView } from './types.ts';

/** A message as its recipient will see it, with the address that it really goes to. */
export function RenderedMessage({ recipient, rendered }: Pick<ReviewView, 'recipient' | 'rendered'>) {
  return (
    <>
      <h3>As the recipient sees it</h3>
      <div className="message">
        {recipient !== null && recipient.address !== null && <p className="muted">To {recipient.address}</p>}
        {rendered.subject !== null && <p className="subject">{rendered.subject}</p>}
        <div className="body">{rendered.body}</div>
      </div>
    </>
  );
}
