import { PlaygroundOf } from '../playground/playground.tsx';

/** A holder asks the gateway with a key of their own, which they paste. */
export default function MyPlayground() {
  return <PlaygroundOf models={[]} />;
}
