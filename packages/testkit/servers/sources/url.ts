import type { Source } from './source.ts';

/**
 * A server that somebody runs and names by its address. The address is not tried: where somebody names a server, another
 * one must not stand in for it, and the tests that cannot reach it fail.
 */
export const url: Source = {
  name: 'url',
  isOwn: false,
  async find({ urlVariable }) {
    const given = process.env[urlVariable];
    return given ? { at: given } : { missing: `${urlVariable} is not set` };
  },
};
