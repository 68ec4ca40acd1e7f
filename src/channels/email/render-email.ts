/** Makes the message that leaves from the draft that was approved: names are filled in here and nowhere earlier. */
import MailComposer from 'nodemailer/lib/mail-composer';
import { z } from 'zod';

import type { JsonObject } from '../../domain/json.ts';
import { personalised } from '../../domain/personalised.ts';
import type { Correspondent } from './address-book.port.ts';

/** What a draft of an e-mail must have; anything else on it stays here. */
const draftSchema = z.object({ subject: z.string().min(1), body: z.string().min(1) });
export type EmailDraft = z.infer<typeof draftSchema>;

/** The draft in this content, or null when it is none. */
export function emailDraftOf(content: JsonObject): EmailDraft | null {
  return draftSchema.safeParse(content).data ?? null;
}

export interface Envelope {
  readonly from: string;
  readonly messageId: string;
  readonly at: number;
}

/** The MIME text of the draft for this person. The first line break ends a subject: a header is one line. */
export function renderEmail(draft: EmailDraft, to: Correspondent, envelope: Envelope): Promise<Buffer> {
  const subject = personalised(draft.subject, to).split(/[\r\n]/, 1)[0] ?? '';
  const mail = new MailComposer({
    from: envelope.from,
    to: to.name === null ? to.email : { name: to.name, address: to.email },
    subject,
    text: personalised(draft.body, to),
    messageId: envelope.messageId,
    date: new Date(envelope.at),
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return mail.compile().build();
}
