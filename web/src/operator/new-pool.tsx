/** Makes a pool. What one spare costs is said before the button is pressed. */
import { useEffect, useState } from 'react';
import { MAX_LABEL, MAX_WANTED } from '../../../shared/limits.ts';
import { inDollars } from '../../../shared/money.ts';
import { asApiError, must, type Schemas } from '../api/client.ts';
import { AVAILABILITY, type Catalog, noteRefusal } from '../clusters/catalog.ts';
import { labelFault } from '../clusters/cluster-name.ts';
import { asOffered } from '../clusters/offer.ts';
import { WithCatalog } from '../clusters/with-catalog.tsx';
import { useHub } from '../hub.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Field, NumberField, Select } from '../parts/field.tsx';
import { Problem } from '../parts/problem.tsx';
import { useSubmit } from '../parts/use-submit.ts';

interface Props {
  /** Pools that there are: a new one must not take the place of one. */
  taken: readonly string[];
  onClose(): void;
}

const TITLE = 'New pool';

export default function NewPool(props: Props) {
  return (
    <Dialog
      title={TITLE}
      description="Its spares are created at once and kept until somebody takes them."
      open
      onClose={props.onClose}
      wide
    >
      <WithCatalog>{(catalog) => <Form catalog={catalog} {...props} />}</WithCatalog>
    </Dialog>
  );
}

type Wish = Required<Omit<Schemas['PutPool'], 'maxLossesPerHour' | 'maxLossDollarsPerDay'>>;

function Form({ catalog, taken, onClose }: Props & { catalog: Catalog }) {
  const { api } = useHub();
  const { product, version, size, region, availability } = catalog.defaults;
  const [id, setId] = useState('');
  const [wish, setWish] = useState<Wish>({ product, version, size, region, availability, wanted: 1 });
  useEffect(() => setWish((before) => asOffered(catalog, before)), [catalog]);
  const change = (part: Partial<Wish>): void => {
    setWish({ ...wish, ...part });
    forget();
  };
  const fault = taken.includes(id)
    ? 'A pool with that id already exists. Choose another id.'
    : labelFault(id, 'an id');
  const isGood = fault === undefined;
  const { busy, error, submit, forget } = useSubmit(
    async (tell) => {
      if (!isGood) return;
      await must(api.put('/v1/pools/{id}', { params: { path: { id } }, body: wish })).catch((thrown) => {
        const refusal = asApiError(thrown);
        noteRefusal(api, refusal);
        throw refusal;
      });
      tell(`The pool ${id} was created; its spares are on their way.`);
      onClose();
    },
    { called: TITLE },
  );
  const chosen = catalog.products.find((one) => one.id === wish.product);
  const price = catalog.sizes.find((one) => one.id === wish.size)?.hourlyPrice[wish.availability];
  return (
    <form onSubmit={submit}>
      <div className="form-grid">
        <Field
          label="Id"
          hint={id === '' || isGood ? 'Lower-case letters, digits and hyphens; starts with a letter.' : fault}
        >
          {(field, hint) => (
            <input
              id={field}
              aria-describedby={hint}
              aria-invalid={id !== '' && !isGood}
              value={id}
              required
              maxLength={MAX_LABEL}
              autoComplete="off"
              spellCheck={false}
              onChange={({ target }) => setId(target.value)}
            />
          )}
        </Field>
        <NumberField
          label="Spares wanted"
          min={0}
          max={MAX_WANTED}
          value={String(wish.wanted)}
          onChange={(value) => change({ wanted: Number(value) })}
        />
        <Select
          label="Application"
          value={wish.product}
          options={catalog.products.map((one) => [one.id, one.label])}
          onChange={(value) => {
            const versions = catalog.products.find((one) => one.id === value)?.versions;
            const newest = versions?.find((one) => one.default)?.version;
            change({ product: value, ...(newest !== undefined && { version: newest }) });
          }}
        />
        <Select
          label="Version"
          value={wish.version}
          options={(chosen?.versions ?? []).map((one) => [
            one.version,
            `${one.version}${one.default ? ' (default)' : ''}`,
          ])}
          onChange={(value) => change({ version: value })}
        />
        <Select
          label="Size"
          value={wish.size}
          options={catalog.sizes.map((one) => [one.id, `${one.id}: ${one.label}`])}
          onChange={(value) => change({ size: value })}
        />
        <Select
          label="Region"
          value={wish.region}
          options={catalog.regions.map((one) => [one.id, `${one.label} (${one.id})`])}
          onChange={(value) => change({ region: value })}
        />
        <Select
          label="Availability"
          value={wish.availability}
          options={Object.entries(AVAILABILITY)}
          onChange={(value) => change({ availability: value as Wish['availability'] })}
        />
      </div>
      {price && (
        <div className="quote" role="status">
          <p>
            <strong>{inDollars(price)} per hour</strong> for one spare
          </p>
          <p className="muted small">
            {wish.wanted === 0
              ? 'No spares are kept until some are wanted.'
              : `${inDollars({ ...price, amount: price.amount * wish.wanted })} per hour for all ${wish.wanted}, until they are taken.`}
          </p>
        </div>
      )}
      {error && <Problem error={error} />}
      <footer>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" busy={busy} disabled={!isGood}>
          Create the pool
        </Button>
      </footer>
    </form>
  );
}
