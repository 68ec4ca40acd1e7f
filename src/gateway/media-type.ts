/** Reads `Content-Type` as far as the gateway needs it: the type in lower case, and the character set. */

export interface MediaType {
  readonly type: string;
  /** In lower case; null when it is not named. */
  readonly charset: string | null;
}

export function parseMediaType(header: string | undefined): MediaType | null {
  if (header === undefined) return null;
  const [type = '', ...parameters] = header.split(';');
  const charset = parameters
    .map((parameter) => /^\s*charset\s*=\s*"?([^"\s]*)"?\s*$/i.exec(parameter)?.[1]?.toLowerCase())
    .find((value) => value !== undefined);
  return { type: type.trim().toLowerCase(), charset: charset ?? null };
}

/** JSON between systems is UTF-8 (RFC 8259, section 8.1); a sender that says otherwise would be misread. */
export function isUtf8(mediaType: MediaType): boolean {
  return mediaType.charset === null || ['utf-8', 'utf8', 'us-ascii'].includes(mediaType.charset);
}
