import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Check, fail, reasonOf } from './finding.ts';
import { roomFindingOf } from './room-finding.ts';

/** Whether the data folder can be written, and has room. */
export const checkDisk: Check = async ({ dataDir }) => {
  try {
    const folder = await nearestThere(dataDir);
    await access(folder, constants.W_OK);
    const { bavail, bsize } = await statfs(folder);
    return [roomFindingOf(dataDir, bavail * bsize)];
  } catch (thrown) {
    const advice = 'give this user the folder, or set GATEWAY_DATA_DIR to another one';
    return [fail('disk', `${dataDir} cannot be used: ${reasonOf(thrown)}`, advice)];
  }
};

/** The folder itself, or the one that it will be made in. */
async function nearestThere(folder: string): Promise<string> {
  const isThere = await access(folder).then(
    () => true,
    () => false,
  );
  return isThere || dirname(folder) === folder ? folder : nearestThere(dirname(folder));
}
