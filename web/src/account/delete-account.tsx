/** Deletes the account, after a fresh look at what that means. */
import { useState } from 'react';
import { RECENT_SIGN_IN_MINUTES } from '../../../shared/limits.ts';
import { ApiError, must } from '../api/client.ts';
import { useHub } from '../hub.ts';
import { Button } from '../parts/button.tsx';
import { Confirm } from '../parts/dialog.tsx';
import { Problem } from '../parts/problem.tsx';
import { useSubmit } from '../parts/use-submit.ts';
import type { SignedIn } from '../session/session.ts';
import { useNow } from '../time.ts';
import type { OwnAccount, Seen } from './account-page.tsx';
import { fateInWords } from './own-clusters.tsx';

interface Props {
  session: SignedIn;
  seen: Seen;
  /** Anew. @throws ApiError */
  ask(): Promise<Seen>;
  onAsked(account: OwnAccount): void;
}

export function DeleteAccount({ session, seen, ask, onAsked }: Props) {
  const { session: store } = useHub();
  const [open, setOpen] = useState(false);
  // It stands still while it is read: what is deleted is what was looked at.
  const [looked, setLooked] = useState(seen);
  const look = async (): Promise<void> => setLooked(await ask());
  const {
    busy,
    error,
    submit: begin,
  } = useSubmit(async () => {
    await look();
    setOpen(true);
  });
  const isRecent = useNow(10_000) - session.signedInAtMs < RECENT_SIGN_IN_MINUTES * 60_000;
  return (
    <section className="card" aria-labelledby="delete-account">
      <h2 id="delete-account">Delete your account</h2>
      <p>
        Clusters that you pay for are deleted with everything in them. If a cluster has other owners, they are
        asked first and have {seen.account.handOverHours} hours to take it over. If you do not want to wait
        for them, hand it over or delete it before you start. You are removed from all other clusters.
        Everything that names you is removed. This starts at once and cannot be undone. A record of who did
        what is kept for 400 days: it has your id, but neither your address nor your name.
      </p>
      {isRecent ? (
        <form className="row" onSubmit={begin}>
          <Button type="submit" look="danger" busy={busy}>
            Delete account
          </Button>
        </form>
      ) : (
        <div className="row">
          <Button onClick={() => void store.end('Sign in again to delete your account.')}>
            Sign in again
          </Button>
          <span className="muted small">
            You must have signed in within the last {RECENT_SIGN_IN_MINUTES} minutes.
          </span>
        </div>
      )}
      {error && <Problem error={error} />}
      <ConfirmDeletion {...{ session, open, look, onAsked }} seen={looked} onClose={() => setOpen(false)} />
    </section>
  );
}

function ConfirmDeletion({
  session: { uid, email },
  seen,
  look,
  open,
  onAsked,
  onClose,
}: Omit<Props, 'ask'> & { look(): Promise<void>; open: boolean; onClose(): void }) {
  const { api } = useHub();
  const clusters = seen.account.clusters.filter(({ whenDeleted }) => whenDeleted !== 'forgotten');
  return (
    <Confirm
      title="Delete your account?"
      action="Delete my account"
      typed={email || uid}
      open={open}
      onClose={onClose}
      onConfirm={async () => {
        const params = { header: { 'If-Match': seen.etag } };
        try {
          onAsked(await must(api.delete('/v1/account', { params })));
        } catch (error) {
          // What is shown below is then what there is now.
          if (error instanceof ApiError && error.code === 'PREVIEW_CHANGED') await look();
          throw error;
        }
      }}
    >
      {clusters.length === 0 ? (
        <p>You have no clusters.</p>
      ) : (
        <ul className="fates">
          {clusters.map(({ id, name, ...fate }) => (
            <li key={id} className={fate.whenDeleted === 'deleted' ? 'bad-text' : undefined}>
              <strong>{name}</strong> {fateInWords(fate, seen.account.handOverHours)}
            </li>
          ))}
        </ul>
      )}
      <p>This starts at once and cannot be undone.</p>
    </Confirm>
  );
}
