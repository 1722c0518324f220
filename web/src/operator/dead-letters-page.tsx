/** Messages that the bus gave up, and the buttons that send one once more or have done with it. */
import { useState } from 'react';
import { Link } from 'wouter';
import type { DeadLetter } from '../../../shared/documents/dead-letter.ts';
import { Button } from '../parts/button.tsx';
import { Ago, Fact } from '../parts/facts.tsx';
import { CheckIcon } from '../parts/icons.tsx';
import { dayAndTime, useTitle } from '../time.ts';
import { DismissDialog } from './dismiss-dialog.tsx';
import { MAX_LETTERS, useLetters } from './letters.ts';
import { LivePart } from './live-part.tsx';
import { ReplayDialog } from './replay-dialog.tsx';

type State = DeadLetter['state'];

const STATES: readonly (readonly [State, string])[] = [
  ['open', 'Open'],
  ['replayed', 'Replayed'],
  ['dismissed', 'Dismissed'],
];

export function DeadLettersPage() {
  useTitle('Dead letters');
  const [state, setState] = useState<State>('open');
  const letters = useLetters(state);
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Dead letters</h1>
          <p className="muted">
            Messages that were delivered several times without success, and then given up.
          </p>
        </div>
      </div>
      <div className="tools">
        <fieldset className="filters">
          <legend className="unseen">Which</legend>
          {STATES.map(([one, label]) => (
            <label key={one} className="chip">
              <input type="radio" name="state" checked={state === one} onChange={() => setState(one)} />
              {label}
            </label>
          ))}
        </fieldset>
      </div>
      <LivePart live={letters} what="the dead letters">
        {(all) =>
          all.length === 0 ? (
            <None state={state} />
          ) : (
            <>
              <ul className="stack">
                {all.map((letter) => (
                  <Letter key={letter.id} letter={letter} />
                ))}
              </ul>
              {all.length >= MAX_LETTERS && (
                <p className="muted">These are the newest {MAX_LETTERS}; the API lists the others.</p>
              )}
            </>
          )
        }
      </LivePart>
    </>
  );
}

function None({ state }: { state: State }) {
  if (state !== 'open') return <p className="muted">No dead letter was {state} in the last thirty days.</p>;
  return (
    <section className="empty">
      <span className="calm">
        <CheckIcon />
      </span>
      <h2>No message was given up</h2>
      <p>Every function handles its messages. A message that is given up appears here automatically.</p>
    </section>
  );
}

function Letter({ letter }: { letter: DeadLetter }) {
  const [asked, setAsked] = useState<'replay' | 'dismiss'>();
  const { id, topic, body, format, deliveries, publishedAt, diedAt, cluster, reason, replays } = letter;
  const { state, dismissed } = letter;
  const close = (): void => setAsked(undefined);
  const name = topic === '' ? 'an unknown topic' : topic;
  return (
    <li className="card tight">
      <div className="trouble-head">
        <h2 id={`letter-${id}`}>{name}</h2>
        <span className="muted small">
          <Ago at={diedAt} />
        </span>
      </div>
      <p className="letter-reason">{reason}</p>
      <dl className="small trouble-facts">
        <Fact label="Given up">{dayAndTime(diedAt)}</Fact>
        <Fact label="After">{deliveries === 1 ? '1 delivery' : `${deliveries} deliveries`}</Fact>
        {publishedAt && <Fact label="Published">{dayAndTime(publishedAt)}</Fact>}
        <Fact label="Cluster">
          {cluster === undefined ? (
            'It names none'
          ) : (
            <Link href={`/clusters/${cluster}`}>
              <code>{cluster}</code>
            </Link>
          )}
        </Fact>
        <Fact label="Message">
          <code>{id}</code>
        </Fact>
      </dl>
      {/* It scrolls, so it must be reachable by keyboard. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: https://www.w3.org/WAI/standards-guidelines/act/rules/0ssw9k/ */}
      <pre className="letter-body" tabIndex={0}>
        <code>{body}</code>
      </pre>
      {format === 'text' && (
        <p className="muted small">
          It is not one of Hub’s own messages, so it cannot be replayed. Anything in it that looks like a
          secret is masked, and long messages are cut off.
        </p>
      )}
      {replays.length > 0 && (
        <ul className="small replays" aria-label="Replays">
          {replays.map(({ by, reason, at }) => (
            <li key={`${at.getTime()} ${reason}`}>
              Replayed <Ago at={at} /> by {by}: {reason}
            </li>
          ))}
        </ul>
      )}
      {dismissed && (
        <p className="small">
          Dismissed <Ago at={dismissed.at} /> by {dismissed.by}: {dismissed.reason}
        </p>
      )}
      {(format === 'message' || state === 'open') && (
        <div className="row">
          {format === 'message' && (
            <Button aria-describedby={`letter-${id}`} onClick={() => setAsked('replay')}>
              {replays.length === 0 ? 'Replay' : 'Replay again'}
            </Button>
          )}
          {state === 'open' && (
            <Button aria-describedby={`letter-${id}`} onClick={() => setAsked('dismiss')}>
              Dismiss
            </Button>
          )}
        </div>
      )}
      {asked === 'replay' && <ReplayDialog id={id} topic={name} again={replays.length > 0} onClose={close} />}
      {asked === 'dismiss' && <DismissDialog id={id} onClose={close} />}
    </li>
  );
}
