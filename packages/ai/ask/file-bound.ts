import { isUtf8 } from 'node:buffer';

/**
 * The pages of a document count as their text and as pictures, and its text can be packed a thousand times shorter than it is,
 * so that its bytes bound nothing. The longest context of any model does, for the whole of a prompt. Where the model's own
 * context is known, quota takes no more than that.
 */
export const CONTEXT_TOKENS_MAX = 2_100_000;

/** What a provider says of a file of text beside its words: its name, and a summary of a table. */
const FILE_FRAME_TOKENS_MAX = 2_000;

/** Some pages of a document, as text and pictures. */
const DOCUMENT_TOKENS_USUAL = 10_000;

/** A reader of PDFs takes the mark that begins one anywhere in the first KiB. */
const PDF_MARK = '%PDF-';
const PDF_MARK_WITHIN_BYTES = 1_024;

const NUL = 0;

/** Files of a prompt. */
export interface FileCount {
  /** Files whose text no bytes bound. */
  documents: number;
  /** Files that count by their bytes. */
  texts: number;
  /** Bytes of the body that are a document's, and so no text. */
  dataBytes: number;
}

export function noFiles(): FileCount {
  return { documents: 0, texts: 0, dataBytes: 0 };
}

/**
 * Counts a file whose bytes are in the body: a data URL, or base64 alone with its type. It is one of text only where both its
 * type and its bytes say so, since a provider may go by either. Anything else is a document.
 */
export function countFile(files: FileCount, data: string, mediaType = ''): void {
  const { type, isBase64, at } = headOf(data, mediaType);
  const text = isTextType(type) ? textBytes(data.slice(at), isBase64) : null;
  if (text !== null && isPlainText(text)) {
    files.texts += 1;
    return;
  }
  files.documents += 1;
  // What is no base64 may be read as the text that it is.
  if (isBase64) files.dataBytes += data.length - at;
}

/** Counts a file that is somewhere else: nobody knows what it is. */
export function countRemoteFile(files: FileCount): void {
  files.documents += 1;
}

/** The bound of a prompt with files, by what all else in it counts, the bytes of its files of text included. */
export function boundWithFiles({ documents, texts }: FileCount, tokens: number): number {
  const counted = tokens + texts * FILE_FRAME_TOKENS_MAX;
  return documents > 0 ? Math.max(counted, CONTEXT_TOKENS_MAX) : counted;
}

/** What documents usually count beside the text of a prompt. */
export function usualFileTokens({ documents }: FileCount): number {
  return documents * DOCUMENT_TOKENS_USUAL;
}

interface Head {
  readonly type: string;
  readonly isBase64: boolean;
  /** Where the data begins. */
  readonly at: number;
}

function headOf(data: string, mediaType: string): Head {
  const [head, parameters] = /^data:([^,]*),/i.exec(data) ?? [];
  if (head === undefined || parameters === undefined) return { type: mediaType, isBase64: true, at: 0 };
  return { type: parameters, isBase64: /;\s*base64\s*$/i.test(parameters), at: head.length };
}

/** By its beginning, whatever parameters follow. */
function isTextType(type: string): boolean {
  return /^\s*(?:text\/|application\/json\b)/i.test(type);
}

function textBytes(data: string, isBase64: boolean): Buffer {
  return Buffer.from(data, isBase64 ? 'base64' : 'utf8');
}

/** Every packed form has bytes that no text has: archives have NULs, pictures are no UTF-8. A PDF says what it is. */
function isPlainText(bytes: Buffer): boolean {
  return (
    !bytes.includes(NUL) && isUtf8(bytes) && !bytes.toString('latin1', 0, PDF_MARK_WITHIN_BYTES).includes(PDF_MARK)
  );
}
