import { useQueryClient } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { Button } from '../button.tsx';
import { Problem } from '../states.tsx';
import { readOffers, subscribeOffers, type UndoOffer, withdrawOffer } from './undo-offers.ts';

/** Long enough to read and to reach for; who rests on it has all the time. */
const OFFER_MS = 10_000;

/** What was done just now, each with a way to take it back, below the screen. */
export function UndoToasts() {
  const offers = useSyncExternalStore(subscribeOffers, readOffers);
  return (
    <section
      aria-label="Done just now"
      aria-live="polite"
      className="fixed inset-x-4 bottom-4 z-40 ml-auto flex max-w-md flex-col gap-2 empty:hidden"
    >
      {offers.map((offer) => (
        <Toast key={offer.id} offer={offer} />
      ))}
    </section>
  );
}

function Toast({ offer }: { readonly offer: UndoOffer }) {
  const { id, told, undo } = offer;
  const [isHeld, setHeld] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const queries = useQueryClient();
  const stays = isHeld || isBusy || error !== null;
  useEffect(() => {
    if (stays) return;
    const timer = setTimeout(() => withdrawOffer(id), OFFER_MS);
    return () => clearTimeout(timer);
  }, [stays, id]);
  const takeBack = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await undo();
      await queries.invalidateQueries();
      withdrawOffer(id);
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: resting on it is no action, it only makes it stay.
    <div
      className="flex flex-col gap-2 rounded-lg border border-line bg-panel p-3 shadow-lg"
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <div className="flex items-center gap-2">
        <p className="min-w-0 flex-1 break-words">{told}</p>
        <Button disabled={isBusy} onClick={() => void takeBack()}>
          Undo
        </Button>
        <Button look="quiet" onClick={() => withdrawOffer(id)} aria-label="Dismiss">
          <X aria-hidden className="size-4" />
        </Button>
      </div>
      {error !== null && <Problem error={error} />}
    </div>
  );
}
