/** Asks for a cluster. What it costs and how long it takes is said before the button is pressed. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { ERRORS, type ErrorCode } from '../../../shared/errors.ts';
import { MAX_LABEL } from '../../../shared/limits.ts';
import { inDollars } from '../../../shared/money.ts';
import { must, type Schemas } from '../api/client.ts';
import { remedyFor } from '../api/remedies.ts';
import { useAsked } from '../api/use-asked.ts';
import { durationInWords, leftInWords } from '../duration.ts';
import { useHub } from '../hub.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Field, Select } from '../parts/field.tsx';
import { BoltIcon, ClockIcon, WarningIcon } from '../parts/icons.tsx';
import { Problem } from '../parts/problem.tsx';
import { useSubmit } from '../parts/use-submit.ts';
import { useMyAccount, useRefusal } from '../session/me.ts';
import { useStore } from '../store.ts';
import { capital } from '../words.ts';
import { billOf } from './bill.ts';
import { AVAILABILITY, type Catalog, useCatalog } from './catalog.ts';
import { nameFault } from './cluster-name.ts';
import { LIFETIMES } from './lifetimes.ts';
import { asOffered } from './offer.ts';
import { order, type Wish } from './orders.ts';
import { AskForMore, isQuota, QuotaRequest } from './quota-request.tsx';
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

interface FormProps {
  catalog: Catalog;
  onClose(): void;
  /** The dialog has been open for a while: it gave the focus to what there was then. */
  takesFocus: boolean;
}

function Form({ catalog, onClose, takesFocus }: FormProps) {
  const hub = useHub();
  const [, go] = useLocation();
  const [wish, setWish] = useFirstWish(catalog);
  const isThere = useIsThere();
  const refusal = useRefusal();
  const { quote, isUnknown } = useQuote(wish, refusal);
  const obstacle = obstacleOf(refusal, quote);
  const mayNot = obstacle?.waits === false;
  // The same wish, however often it is sent, is one cluster; another wish is another one.
  const key = useKeyFor(wish);
  const change = (next: Wish): void => {
    setWish(next);
    forget();
  };
  const size = catalog.sizes.find(({ id }) => id === wish.size);
  // Of what is chosen now, at once.
  const price = quote?.hourlyPrice ?? size?.hourlyPrice[wish.availability ?? 'zonal'];
  const fault = nameFault(wish.name);

  const { busy, error, submit, forget } = useSubmit(async () => {
    if (fault !== undefined || mayNot) return;
    const { id } = await order(hub, key, wish, isThere);
    if (!isThere()) return;
    onClose();
    go(`/clusters/${id}`);
  });
  const part = { catalog, wish, onChange: change };
  return (
    <form onSubmit={submit} noValidate>
      <div className="form-grid">
        <Name {...part} fault={fault} takesFocus={takesFocus} />
        <Application {...part} />
        <Select
          label="Region"
          value={wish.region ?? ''}
          options={catalog.regions.map(({ id, label }) => [id, `${label} (${id})`])}
          onChange={(region) => change({ ...wish, region })}
        />
      </div>
      <Size {...part} />
      <details className="more">
        <summary>Availability, isolation and lifetime</summary>
        <Availability {...part} />
        <Isolation {...part} />
        <Lifetime {...part} />
      </details>
      <QuoteLine {...{ price, quote, isUnknown, obstacle }} ttlHours={wish.ttlHours} />
      {error && <Problem error={error} />}
      <footer>
        {price && (
          // Where the form is longer than the window, the whole of it is further up or down.
          <span className="sum small" aria-hidden="true">
            {inDollars(price)} per hour{waitInWords(quote, obstacle)}
          </span>
        )}
        {/* What is sent is not taken back. */}
        <Button onClick={onClose}>{busy ? 'Close' : 'Cancel'}</Button>
        <Button type="submit" look="primary" busy={busy} disabled={fault !== undefined || mayNot}>
          {quote?.wait.basis === 'spare' ? 'Create, ready at once' : 'Create cluster'}
        </Button>
      </footer>
    </form>
  );
}

/** What the catalog proposes, under a name that is free; what is chosen stays within what it offers, if that is another one later. */
function useFirstWish(catalog: Catalog) {
  const live = useStore(useHub().myClusters);
  const { product, version, size, region, availability, isolation } = catalog.defaults;
  const [wish, setWish] = useState<Wish>(() => ({
    name: freeName(live.kind === 'there' ? live.value.map(({ name }) => name) : []),
    ...{ product, version, size, region, availability, isolation },
  }));
  useEffect(() => setWish((before) => asOffered(catalog, before)), [catalog]);
  return [wish, setWish] as const;
}

/** Whoever has closed it is somewhere else by now, and is not taken away from there. */
function useIsThere(): () => boolean {
  const isThere = useRef(true);
  useEffect(
    () => () => {
      isThere.current = false;
    },
    [],
  );
  return () => isThere.current;
}

/** What each part of the form has. */
interface PartProps {
  catalog: Catalog;
  wish: Wish;
  onChange(wish: Wish): void;
}

interface NameProps extends PartProps {
  fault: string | undefined;
  takesFocus: boolean;
}

function Name({ wish, onChange, fault, takesFocus }: NameProps) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (takesFocus) input.current?.focus();
  }, [takesFocus]);
  return (
    <Field label="Name" hint="Lower-case letters, digits and hyphens." fault={fault}>
      {(id, hint) => (
        <input
          ref={input}
          id={id}
          aria-describedby={hint}
          aria-invalid={fault !== undefined}
          value={wish.name}
          maxLength={MAX_LABEL}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => onChange({ ...wish, name: target.value })}
        />
      )}
    </Field>
  );
}

function Application({ catalog: { products }, wish, onChange }: PartProps) {
  const versionsOf = (product: string | undefined) =>
    products.find(({ id }) => id === product)?.versions ?? [];
  return (
    <>
      <Select
        label="Application"
        value={wish.product ?? ''}
        options={products.map(({ id, label }) => [id, label])}
        onChange={(product) => {
          const version = versionsOf(product).find((one) => one.default)?.version;
          onChange({ ...wish, product, ...(version !== undefined && { version }) });
        }}
      />
      <Select
        label="Version"
        value={wish.version ?? ''}
        options={versionsOf(wish.product).map((one) => [
          one.version,
          `${one.version}${one.default ? ' (default)' : ''}`,
        ])}
        onChange={(version) => onChange({ ...wish, version })}
      />
    </>
  );
}

const Size = ({ catalog, wish, onChange }: PartProps) => (
  <Choices
    legend="Size"
    name="size"
    value={wish.size}
    options={catalog.sizes.map((one) => ({
      value: one.id,
      label: capital(one.id),
      note: `${one.label} · ${inDollars(one.hourlyPrice[wish.availability ?? 'zonal'])} per hour`,
    }))}
    onChange={(size) => onChange({ ...wish, size })}
  />
);

const Availability = ({ wish, onChange }: PartProps) => (
  <Choices
    legend="Availability"
    name="availability"
    value={wish.availability}
    options={[
      {
        value: 'zonal',
        label: capital(AVAILABILITY.zonal),
        note: 'Cheaper and quicker; unavailable while its zone is down.',
      },
      {
        value: 'regional',
        label: capital(AVAILABILITY.regional),
        note: 'Three times the machines, in three zones. With a zone down Kubernetes goes on; Pachyderm does unless its disks are in that zone.',
      },
    ]}
    onChange={(availability) => onChange({ ...wish, availability: availability as 'zonal' | 'regional' })}
  />
);

const Isolation = ({ wish, onChange }: PartProps) => (
  <Choices
    legend="Isolation"
    name="isolation"
    value={wish.isolation}
    options={[
      { value: 'dedicated', label: 'A cluster of its own', note: 'Nobody else uses its machines.' },
      {
        value: 'namespace',
        label: 'A place in a shared cluster',
        note: 'Not offered yet.',
        disabled: true,
      },
    ]}
    onChange={(isolation) => onChange({ ...wish, isolation: isolation as 'dedicated' | 'namespace' })}
  />
);

const Lifetime = ({ wish, onChange }: PartProps) => (
  <Select
    label="Lifetime"
    hint="It is then deleted automatically; you can still delete it sooner."
    value={String(wish.ttlHours ?? '')}
    options={[
      ['', 'Until I delete it'],
      ...LIFETIMES.map(([hours, label]) => [String(hours), label] as const),
    ]}
    onChange={(hours) => {
      const { ttlHours: _, ...rest } = wish;
      onChange(hours === '' ? rest : { ...rest, ttlHours: Number(hours) });
    }}
  />
);

/** `my-cluster`, or the first of `my-cluster-2`, `my-cluster-3` … that is free. */
function freeName(taken: readonly string[]): string {
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

/**
 * Asked anew with each choice that matters to it, and when they may make clusters again, or larger ones; what was said of another choice is not
 * shown. Without it the button still works: what is wrong with the wish is said when it is pressed.
 */
function useQuote(
  { product, version, size, region, availability, isolation }: Wish,
  refusal: ErrorCode | undefined,
): { quote: Quote | undefined; isUnknown: boolean } {
  const { api } = useHub();
  const { maxClusters, maxHourlyMicros } = useMyAccount() ?? {};
  // biome-ignore lint/correctness/useExhaustiveDependencies: anew when what they may changes, too
  const ask = useCallback(() => {
    const query = Object.fromEntries(
      Object.entries({ product, version, size, region, availability, isolation }).filter(
        ([, value]) => value,
      ),
    );
    return must(api.get('/v1/quote', { params: { query } }));
  }, [api, product, version, size, region, availability, isolation, refusal, maxClusters, maxHourlyMicros]);
  const { answer, error } = useAsked(ask);
  return { quote: answer, isUnknown: error !== undefined };
}

/** What stands in the way of a cluster. */
interface Obstacle {
  code: ErrorCode;
  message: string;
  remedy: string;
  /** It is asked for, and waits; else it cannot be asked for. */
  waits: boolean;
}

/** @param refusal what the page knows by itself, also where Hub cannot be asked */
function obstacleOf(refusal: ErrorCode | undefined, quote: Quote | undefined): Obstacle | undefined {
  if (refusal) {
    return { code: refusal, message: ERRORS[refusal].say, remedy: remedyFor(refusal), waits: false };
  }
  // What is refused is not tried again; what waits is.
  return quote?.room ? { ...quote.room, waits: ERRORS[quote.room.code].retry !== false } : undefined;
}

function waitInWords(quote: Quote | undefined, obstacle: Obstacle | undefined): string {
  if (obstacle?.code.startsWith('SIZE_OVER_')) return ', cannot be made';
  if (obstacle) return obstacle.waits ? ', has to wait' : ', not at the moment';
  if (quote?.wait.basis === 'spare') return ', ready at once';
  const expectedMs = quote?.wait.expectedMs ?? null;
  return expectedMs === null ? '' : `, ready in ${leftInWords(expectedMs)}`;
}

interface QuoteProps {
  price: Quote['hourlyPrice'] | undefined;
  quote: Quote | undefined;
  isUnknown: boolean;
  obstacle: Obstacle | undefined;
  ttlHours: number | undefined;
}

function QuoteLine({ price, quote, isUnknown, obstacle, ttlHours }: QuoteProps) {
  const [asksFor, setAsksFor] = useState<ErrorCode>();
  return (
    <div className="quote" role="status" aria-busy={!quote && !isUnknown && !obstacle}>
      {price && (
        <p>
          <strong>{inDollars(price)} per hour</strong>
          <span className="muted">, {billOf(price, ttlHours)}</span>
        </p>
      )}
      {obstacle ? (
        <>
          <p className="row obstacle">
            <WarningIcon /> <span>{`${obstacle.waits ? 'It has to wait: ' : ''}${obstacle.message}`}</span>
          </p>
          <p className="muted small">{obstacle.remedy}</p>
          {isQuota(obstacle.code) && <QuotaRequest onAsk={() => setAsksFor(obstacle.code)} />}
        </>
      ) : quote ? (
        <Wait wait={quote.wait} />
      ) : (
        <p className="muted">
          {isUnknown ? 'How long it takes is unknown at the moment.' : 'Checking how long it takes …'}
        </p>
      )}
      {asksFor && <AskForMore code={asksFor} onClose={() => setAsksFor(undefined)} />}
    </div>
  );
}

function Wait({ wait: { basis, expectedMs, samples } }: Pick<Quote, 'wait'>) {
  if (basis === 'spare')
    return (
      <p className="row good-text">
        <BoltIcon /> Ready at once: a spare is waiting for you.
      </p>
    );
  if (expectedMs === null) return null;
  return (
    <p className="row">
      <ClockIcon /> Ready in {leftInWords(expectedMs)}
      <span className="muted small">
        {basis === 'observed'
          ? `the median of the last ${samples} is ${durationInWords(expectedMs)}`
          : 'a typical time'}
      </span>
    </p>
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
