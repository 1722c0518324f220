/** Asks for a cluster. What it costs and how long it takes is said before the button is pressed. */
import { useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { MAX_LABEL, RFC1035_LABEL } from '../../../shared/limits.ts';
import { must, type Schemas } from '../api/client.ts';
import { persist } from '../api/persist.ts';
import { durationInWords, leftInWords } from '../duration.ts';
import { useHub } from '../hub.ts';
import { inDollars } from '../money.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Field, Select } from '../parts/field.tsx';
import { BoltIcon, ClockIcon, WarningIcon } from '../parts/icons.tsx';
import { Problem } from '../parts/problem.tsx';
import { useSubmit } from '../parts/use-submit.ts';
import { useStore } from '../store.ts';
import { AVAILABILITY, type Catalog, capital, useCatalog } from './catalog.ts';
import { order, type Wish } from './orders.ts';
import { QuotaRequest } from './quota-request.tsx';
import { WithCatalog } from './with-catalog.tsx';

type Quote = Schemas['Quote'];

export default function CreateDialog({ onClose }: { onClose(): void }) {
  const { catalog } = useCatalog();
  const [isLate] = useState(catalog === undefined);
  return (
    <Dialog title="Create a cluster" open onClose={onClose} wide>
      <WithCatalog>{(known) => <Form catalog={known} onClose={onClose} takesFocus={isLate} />}</WithCatalog>
    </Dialog>
  );
}

const LIFETIMES: readonly (readonly [hours: number | undefined, label: string])[] = [
  [undefined, 'Until I delete it'],
  [8, '8 hours'],
  [24, 'A day'],
  [24 * 7, 'A week'],
  [24 * 30, '30 days'],
];

interface FormProps {
  catalog: Catalog;
  onClose(): void;
  /** The dialog has been open for a while: it gave the focus to what there was then. */
  takesFocus: boolean;
}

function Form({ catalog, onClose, takesFocus }: FormProps) {
  const hub = useHub();
  const [, go] = useLocation();
  const { defaults } = catalog;
  const live = useStore(hub.myClusters);
  const [wish, setWish] = useState<Wish>(() => ({
    name: freeName(live.kind === 'there' ? live.value.map(({ name }) => name) : []),
    product: defaults.product,
    version: defaults.version,
    size: defaults.size,
    region: defaults.region,
    availability: defaults.availability,
    isolation: defaults.isolation,
  }));
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (takesFocus) first.current?.focus();
  }, [takesFocus]);
  // Whoever has closed it is somewhere else by now, and is not taken away from there.
  const isThere = useRef(true);
  useEffect(
    () => () => {
      isThere.current = false;
    },
    [],
  );
  const quote = useQuote(wish);
  // The same wish, however often it is sent, is one cluster; another wish is another one.
  const key = useKeyFor(wish);
  const change = (part: Partial<Wish>): void => {
    setWish({ ...wish, ...part });
    forget();
  };
  const product = catalog.products.find(({ id }) => id === wish.product);
  const size = catalog.sizes.find(({ id }) => id === wish.size);
  const isNameGood = RFC1035_LABEL.test(wish.name);

  const { busy, error, submit, forget } = useSubmit(async () => {
    if (!isNameGood) return;
    const { id } = await order(hub, key, wish, () => isThere.current);
    if (!isThere.current) return;
    onClose();
    go(`/clusters/${id}`);
  });
  return (
    <form onSubmit={submit} noValidate>
      <div className="form-grid">
        <Field label="Name" hint="Lower-case letters, digits and hyphens; starts with a letter.">
          {(id, hint) => (
            <input
              ref={first}
              id={id}
              aria-describedby={hint}
              aria-invalid={wish.name !== '' && !isNameGood}
              value={wish.name}
              maxLength={MAX_LABEL}
              autoComplete="off"
              spellCheck={false}
              onChange={({ target }) => change({ name: target.value })}
            />
          )}
        </Field>
        <Select
          label="Application"
          value={wish.product ?? ''}
          options={catalog.products.map(({ id, label }) => [id, label])}
          onChange={(value) => {
            const chosen = catalog.products.find((one) => one.id === value);
            const version = chosen?.versions.find((one) => one.default)?.version;
            change({ product: value, ...(version !== undefined && { version }) });
          }}
        />
        <Select
          label="Version"
          value={wish.version ?? ''}
          options={(product?.versions ?? []).map((one) => [
            one.version,
            `${one.version}${one.default ? ' (newest)' : ''}`,
          ])}
          onChange={(version) => change({ version })}
        />
        <Select
          label="Region"
          value={wish.region ?? ''}
          options={catalog.regions.map(({ id, label }) => [id, `${label} (${id})`])}
          onChange={(region) => change({ region })}
        />
      </div>
      <Choices
        legend="Size"
        name="size"
        value={wish.size}
        options={catalog.sizes.map((one) => ({
          value: one.id,
          label: capital(one.id),
          note: `${one.label} · ${inDollars(one.hourlyPrice[wish.availability ?? 'zonal'])} an hour`,
        }))}
        onChange={(chosen) => change({ size: chosen })}
      />
      <details className="more">
        <summary>Availability, isolation and lifetime</summary>
        <Choices
          legend="Availability"
          name="availability"
          value={wish.availability}
          options={[
            {
              value: 'zonal',
              label: capital(AVAILABILITY.zonal),
              note: 'Cheaper and quicker; away if its zone is.',
            },
            {
              value: 'regional',
              label: capital(AVAILABILITY.regional),
              note: 'Stays up if one zone does not.',
            },
          ]}
          onChange={(availability) => change({ availability: availability as 'zonal' | 'regional' })}
        />
        <Choices
          legend="Isolation"
          name="isolation"
          value={wish.isolation}
          options={[
            { value: 'dedicated', label: 'A cluster of its own', note: 'Nobody else is on its machines.' },
            {
              value: 'namespace',
              label: 'A place in a shared cluster',
              note: 'Not offered yet.',
              disabled: true,
            },
          ]}
          onChange={(isolation) => change({ isolation: isolation as 'dedicated' | 'namespace' })}
        />
        <Select
          label="Lifetime"
          hint="It deletes itself then; you can still delete it sooner."
          value={String(wish.ttlHours ?? '')}
          options={LIFETIMES.map(([hours, label]) => [String(hours ?? ''), label])}
          onChange={(hours) => {
            const { ttlHours: _, ...rest } = wish;
            setWish(hours === '' ? rest : { ...rest, ttlHours: Number(hours) });
          }}
        />
      </details>
      <QuoteLine quote={quote} sizeLabel={size?.label} />
      {error && <Problem error={error} />}
      <footer>
        {typeof quote === 'object' && (
          // On a telephone the whole of it is further up.
          <span className="sum small" aria-hidden="true">
            {inDollars(quote.hourlyPrice)} an hour, {waitInWords(quote)}
          </span>
        )}
        {/* What is sent is not taken back. */}
        <Button onClick={onClose}>{busy ? 'Close' : 'Cancel'}</Button>
        <Button type="submit" look="primary" busy={busy} disabled={!isNameGood}>
          {typeof quote === 'object' && quote.wait.basis === 'spare'
            ? 'Create, ready at once'
            : 'Create cluster'}
        </Button>
      </footer>
    </form>
  );
}

/** `my-cluster`, or the first of `my-cluster-2`, `my-cluster-3` … that is free. */
export function freeName(taken: readonly string[]): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? 'my-cluster' : `my-cluster-${n}`;
    if (!taken.includes(name)) return name;
  }
}

function useKeyFor(wish: Wish): string {
  const of = useRef<{ text: string; key: string }>({ text: '', key: '' });
  const text = JSON.stringify(wish);
  if (of.current.text !== text) of.current = { text, key: crypto.randomUUID() };
  return of.current.key;
}

/** Asked anew with each choice that matters to it. Without a price the button still works: what is wrong with the wish is said when it is pressed. */
function useQuote({ product, version, size, region, availability, isolation }: Wish) {
  const { api } = useHub();
  const [quote, setQuote] = useState<Quote | 'unknown'>();
  useEffect(() => {
    const query = Object.fromEntries(
      Object.entries({ product, version, size, region, availability, isolation }).filter(
        ([, value]) => value,
      ),
    );
    const asking = persist(() => must(api.get('/v1/quote', { params: { query } })), {
      answered: setQuote,
      failed: () => setQuote('unknown'),
    });
    return asking.stop;
  }, [api, product, version, size, region, availability, isolation]);
  return quote;
}

/** Waiting for room would not help. */
const isTooLarge = ({ code }: NonNullable<Quote['room']>): boolean => code.startsWith('SIZE_OVER_');

function waitInWords({ room, wait }: Quote): string {
  if (room) return isTooLarge(room) ? 'cannot be made' : 'has to wait';
  if (wait.basis === 'spare') return 'ready at once';
  return wait.expectedMs === null ? '' : `ready in ${leftInWords(wait.expectedMs)}`;
}

interface QuoteProps {
  quote: Quote | 'unknown' | undefined;
  sizeLabel: string | undefined;
}

function QuoteLine({ quote, sizeLabel }: QuoteProps) {
  if (!quote) return <p className="quote muted" aria-busy="true" />;
  if (quote === 'unknown')
    return (
      <p className="quote muted" role="status">
        The price is not known at the moment.
      </p>
    );
  const { hourlyPrice, wait, room } = quote;
  return (
    <div className="quote" role="status">
      <p>
        <strong>{inDollars(hourlyPrice)} an hour</strong>
        {sizeLabel && <span className="muted"> · {sizeLabel}</span>}
      </p>
      {room ? (
        <>
          <p className="row">
            <WarningIcon /> {isTooLarge(room) ? '' : 'It has to wait: '}
            {room.message}
          </p>
          <p className="muted small">{room.remedy}</p>
          {room.code !== 'CELL_FULL' && room.code !== 'SIZE_OVER_CAPACITY' && <QuotaRequest />}
        </>
      ) : wait.basis === 'spare' ? (
        <p className="row good-text">
          <BoltIcon /> Ready at once: one is waiting for you.
        </p>
      ) : (
        wait.expectedMs !== null && (
          <p className="row">
            <ClockIcon /> Ready in {leftInWords(wait.expectedMs)}
            <span className="muted small">
              {wait.basis === 'observed'
                ? `${durationInWords(wait.expectedMs)} in the middle of the last ${wait.samples}`
                : 'as is typical'}
            </span>
          </p>
        )
      )}
    </div>
  );
}

interface ChoicesProps {
  legend: string;
  name: string;
  value: string | undefined;
  options: readonly { value: string; label: string; note: string; disabled?: boolean }[];
  onChange(value: string): void;
}

function Choices({ legend, name, value, options, onChange }: ChoicesProps) {
  return (
    <fieldset className="choices">
      <legend>{legend}</legend>
      {options.map((option) => (
        <label key={option.value} className="choice">
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            disabled={option.disabled}
            onChange={() => onChange(option.value)}
          />
          <span>
            <strong>{option.label}</strong>
            <span className="muted small">{option.note}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
