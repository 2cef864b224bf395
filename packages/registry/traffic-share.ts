import { parsePercent, WHOLE_BASIS_POINTS } from '#kernel/percent.ts';

/** FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/. */
const FNV_OFFSET = 0x81_1c_9d_c5;
const FNV_PRIME = 0x01_00_01_93;

/** A look at a thousand routes hashes one key once. */
let lastKey = '';
let lastHash = FNV_OFFSET;

/**
 * Whether a key is within a share of the traffic: always on the same side, on every gateway, and for each `salt` (a route) on a side
 * that says nothing of the others. A key stays in while the share grows. Nothing is known of an empty key: it is in the whole
 * alone. A share that cannot be read is none.
 *
 * @param percent "2.5"; empty: the whole.
 */
export function trafficShare(percent: string, salt: string): (shareKey: string) => boolean {
  const basisPoints = percent === '' ? WHOLE_BASIS_POINTS : (parsePercent(percent) ?? 0);
  if (basisPoints === WHOLE_BASIS_POINTS) return () => true;
  const saltHash = hash(salt);
  return (shareKey) => {
    if (shareKey === '') return false;
    if (shareKey !== lastKey) {
      lastHash = hash(shareKey);
      lastKey = shareKey;
    }
    return mixed(lastHash ^ saltHash) % WHOLE_BASIS_POINTS < basisPoints;
  };
}

function hash(text: string): number {
  let value = FNV_OFFSET;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), FNV_PRIME);
  return value;
}

/** The end of MurmurHash3: each bit of the input changes half of the output's, so that salts of one letter differ. */
function mixed(value: number): number {
  let bits = value ^ (value >>> 16);
  bits = Math.imul(bits, 0x85_eb_ca_6b);
  bits ^= bits >>> 13;
  bits = Math.imul(bits, 0xc2_b2_ae_35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
