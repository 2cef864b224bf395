import { type Emit, itemAdded, itemDone, type OpenItem } from './output-emit.ts';
import { type Proof, writeProof } from './proof.ts';

export interface ReasoningItem extends OpenItem {
  readonly kind: 'reasoning';
  /** `piece`: which piece of a summary the text belongs to; null: the thoughts themselves. */
  add(text: string, piece: number | null): void;
  prove(proof: Proof): void;
}

interface Piece {
  readonly isSummary: boolean;
  /** As the maker of the thoughts counts the pieces of a summary. */
  readonly number: number | null;
  /** As the item counts them. */
  readonly index: number;
  text: string;
}

/** The thoughts before an answer: pieces of a summary, or the thoughts themselves, and what lets their maker go on with them. */
export function openReasoningItem(emit: Emit, index: number, id: string): ReasoningItem {
  const pieces: Piece[] = [];
  const item = `"item_id":${JSON.stringify(id)},"output_index":${index}`;
  let encryptedContent: string | null = null;
  const textsOf = (isSummary: boolean) => pieces.filter((piece) => piece.isSummary === isSummary);
  const json = () => {
    const content = textsOf(false);
    return (
      `{"id":${JSON.stringify(id)},"type":"reasoning","summary":[${textsOf(true).map(pieceJson).join(',')}]` +
      `${content.length === 0 ? '' : `,"content":[${content.map(pieceJson).join(',')}]`}` +
      `${encryptedContent === null ? '' : `,"encrypted_content":${JSON.stringify(encryptedContent)}`}}`
    );
  };

  function endPiece(): void {
    const piece = pieces.at(-1);
    if (piece === undefined) return;
    const text = `"text":${JSON.stringify(piece.text)}`;
    const place = placeOf(item, piece);
    emit(piece.isSummary ? 'response.reasoning_summary_text.done' : 'response.reasoning_text.done', `${place},${text}`);
    const part = `"part":${pieceJson(piece)}`;
    emit(piece.isSummary ? 'response.reasoning_summary_part.done' : 'response.content_part.done', `${place},${part}`);
  }

  function pieceFor(number: number | null): Piece {
    const last = pieces.at(-1);
    if (last !== undefined && last.number === number) return last;
    endPiece();
    const isSummary = number !== null;
    const piece: Piece = { isSummary, number, index: textsOf(isSummary).length, text: '' };
    pieces.push(piece);
    const part = `"part":${pieceJson(piece)}`;
    emit(
      isSummary ? 'response.reasoning_summary_part.added' : 'response.content_part.added',
      `${placeOf(item, piece)},${part}`,
    );
    return piece;
  }

  itemAdded(emit, index, json());
  return {
    kind: 'reasoning',
    index,
    id,
    add(text, number) {
      const piece = pieceFor(number);
      piece.text += text;
      emit(
        piece.isSummary ? 'response.reasoning_summary_text.delta' : 'response.reasoning_text.delta',
        `${placeOf(item, piece)},"delta":${JSON.stringify(text)}`,
      );
    },
    prove(proof) {
      encryptedContent = writeProof(proof);
    },
    close() {
      endPiece();
      itemDone(emit, index, json());
    },
    json,
  };
}

function placeOf(item: string, { isSummary, index }: Piece): string {
  return `${item},${isSummary ? '"summary_index"' : '"content_index"'}:${index}`;
}

function pieceJson({ isSummary, text }: Piece): string {
  return `{"type":"${isSummary ? 'summary_text' : 'reasoning_text'}","text":${JSON.stringify(text)}}`;
}
