import type { Projection } from '#journal/projection.ts';
import { bigintArray, int4Array, textArray } from '#postgres/binary-array.ts';

/** Every version of every price. */
export const priceBookProjection: Projection = {
  name: 'billing.price_book',
  schema: 'billing',
  tables: ['price_book'],
  types: ['PricePublished'],
  async apply(transaction, events) {
    const published = events.filter((event) => event.type === 'PricePublished');
    if (published.length === 0) return;
    await transaction.query(
      `insert into price_book (price_key, version, source, published_at_ms, body)
       select * from unnest($1::text[], $2::integer[], $3::text[], $4::bigint[], $5::text[])`,
      [
        textArray(published.map((event) => event.data.priceKey)),
        int4Array(published.map((event) => event.version)),
        textArray(published.map((event) => event.data.source)),
        bigintArray(published.map((event) => BigInt(event.data.publishedAtMs))),
        textArray(published.map((event) => event.body)),
      ],
    );
  },
};
