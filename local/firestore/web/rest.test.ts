/** REST as the documentation has it, by hand: https://firebase.google.com/docs/firestore/reference/rest */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Message } from '../../grpc.ts';
import { openWeb, ROOT, type Web, write } from './testing/raw.ts';

let web: Web;
beforeEach(async () => {
  web = await openWeb();
});
afterEach(() => web.close());

const DOCUMENTS = `/v1/${ROOT}`;

/** A request and its JSON. */
async function ask(method: string, path: string, body?: unknown): Promise<{ status: number; json: Message }> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await web.send(method, path, text as string | undefined);
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  return { status: answer.status, json: JSON.parse(answer.text) };
}
const post = (verb: string, body: unknown, path = '') => ask('POST', `${DOCUMENTS}${path}:${verb}`, body);
const set = (...writes: Message[]) => post('commit', { writes });
const refusal = (code: number, status: string, message: unknown = expect.any(String)) => ({
  error: { code, status, message },
});

describe('documents', () => {
  test('are created, read, changed under a mask and deleted', async () => {
    const fields = { n: { integerValue: '1' }, s: { stringValue: 'é😀' } };
    const made = await ask('POST', `${DOCUMENTS}/things?documentId=a&key=secret&$prettyPrint=true`, {
      fields,
    });
    expect(made).toEqual({
      status: 200,
      json: {
        name: `${ROOT}/things/a`,
        fields,
        createTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/),
        updateTime: expect.any(String),
      },
    });
    expect(await ask('POST', `${DOCUMENTS}/things?documentId=a`, { fields })).toMatchObject({
      status: 409,
      json: { error: { status: 'ALREADY_EXISTS' } },
    });
    const path = `${DOCUMENTS}/things/a`;
    const mask = 'updateMask.fieldPaths=n&updateMask.fieldPaths=gone';
    await ask('PATCH', `${path}?${mask}&currentDocument.exists=true`, {
      fields: { n: { doubleValue: 'NaN' } },
    });
    expect((await ask('GET', path)).json.fields).toEqual({ ...fields, n: { doubleValue: 'NaN' } });
    expect((await ask('GET', `${path}?mask.fieldPaths=s`)).json.fields).toEqual({ s: fields.s });
    expect((await ask('GET', `${path}?mask.field_paths=n`)).json.fields).toEqual({
      n: { doubleValue: 'NaN' },
    });
    const stale = `currentDocument.updateTime=${made.json.updateTime}`;
    expect((await ask('DELETE', `${path}?${stale}`)).json).toMatchObject({
      error: { code: 400, status: 'FAILED_PRECONDITION' },
    });
    expect(await ask('DELETE', path)).toEqual({ status: 200, json: {} });
    expect(await ask('GET', path)).toEqual({ status: 404, json: refusal(404, 'NOT_FOUND') });
    expect(await ask('PATCH', `${path}?currentDocument.exists=true`, {})).toMatchObject({ status: 404 });
  });

  test('get an id of their own if they have none', async () => {
    const { json } = await ask('POST', `${DOCUMENTS}/things/a/parts`, '');
    expect(json.name).toMatch(/\/documents\/things\/a\/parts\/[a-z2-7]{20}$/);
    expect(json).not.toHaveProperty('fields');
  });

  test('have ids of any kind in their paths', async () => {
    for (const id of ['é😀', 'a b', 'a:b', 'x:commit', '100%', 'a?b#c', "it's", '(1)', '+']) {
      const path = `${DOCUMENTS}/things/${encodeURIComponent(id)}`;
      await ask('PATCH', path, { fields: { n: { integerValue: 7 } } });
      expect((await ask('GET', path)).json.name).toBe(`${ROOT}/things/${id}`);
    }
    // Clients that encode nothing but what HTTP itself cannot carry.
    expect((await ask('GET', `${DOCUMENTS}/things/a:b`)).json.name).toBe(`${ROOT}/things/a:b`);
  });

  test('are listed in pages, with what is missing if wanted', async () => {
    await set(write('b', 2), write('a', 1), write('c/parts/p', 3));
    const path = `${DOCUMENTS}/things`;
    const first = await ask('GET', `${path}?pageSize=1&mask.fieldPaths=none`);
    expect(first.json.documents).toEqual([
      { name: `${ROOT}/things/a`, createTime: expect.any(String), updateTime: expect.any(String) },
    ]);
    const next = await ask(
      'GET',
      `${path}?pageSize=1&pageToken=${encodeURIComponent(first.json.nextPageToken)}`,
    );
    expect(next.json.documents).toMatchObject([{ name: `${ROOT}/things/b` }]);
    const all = await ask('GET', `${path}?showMissing=true`);
    expect(all.json.documents.at(-1)).toEqual({ name: `${ROOT}/things/c` });
    expect((await ask('GET', `${path}/c/parts`)).json.documents).toMatchObject([
      { name: `${ROOT}/things/c/parts/p` },
    ]);
    expect((await ask('GET', `${DOCUMENTS}/none`)).json).toEqual({});
  });
});

describe('the methods of a database', () => {
  test('commit, batchGet and the values of all kinds', async () => {
    const fields = {
      null: { nullValue: null },
      no: { booleanValue: false },
      big: { integerValue: '-9223372036854775808' },
      minus: { doubleValue: '-0' },
      infinite: { doubleValue: '-Infinity' },
      half: { doubleValue: 0.5 },
      at: { timestampValue: '2024-02-29T23:59:59.123456Z' },
      old: { timestampValue: '0001-01-01T00:00:00Z' },
      text: { stringValue: '' },
      bytes: { bytesValue: 'AP/+' },
      ref: { referenceValue: `${ROOT}/things/b` },
      place: { geoPointValue: { latitude: -1.5 } },
      list: { arrayValue: { values: [{ nullValue: null }, { mapValue: {} }] } },
      map: { mapValue: { fields: { 'a.b': { arrayValue: {} } } } },
    };
    const update = { name: `${ROOT}/things/a`, fields };
    const { json } = await set({ update });
    expect(json).toEqual({
      writeResults: [{ updateTime: expect.any(String) }],
      commitTime: expect.any(String),
    });
    const got = await post('batchGet', { documents: [update.name, `${ROOT}/things/b`] });
    expect(got.json).toMatchObject([{ found: { name: update.name } }, { missing: `${ROOT}/things/b` }]);
    expect(got.json[0].found.fields).toEqual(fields);
  });

  test('a transaction, from its beginning to its end', async () => {
    await set(write('a', 1));
    const { transaction } = (await post('beginTransaction', { options: { readWrite: {} } })).json;
    const [read] = (await post('batchGet', { documents: [`${ROOT}/things/a`], transaction })).json;
    expect(read.found.fields.n).toEqual({ integerValue: '1' });
    await post('commit', { writes: [write('a', 2)], transaction });
    const again = (await post('beginTransaction', '')).json.transaction;
    expect(await post('rollback', { transaction: again })).toEqual({ status: 200, json: {} });
    const [begun] = (await post('batchGet', { documents: [], newTransaction: { readOnly: {} } })).json;
    expect(begun).toEqual({ transaction: expect.any(String), readTime: expect.any(String) });
  });

  test('the transactions of browsers: a write that does not find what was read is refused', async () => {
    const [{ updateTime }] = (await set(write('a', 1))).json.writeResults;
    await set(write('a', 2));
    const verify = { verify: `${ROOT}/things/a`, currentDocument: { updateTime } };
    expect((await set(verify)).json).toMatchObject({ error: { status: 'FAILED_PRECONDITION' } });
    const current = { verify: `${ROOT}/things/b`, currentDocument: { exists: false } };
    expect((await set(current)).status).toBe(200);
  });

  test('queries, below the database and below a document', async () => {
    await set(write('a', 1), write('b', 2), write('c/parts/p', 3));
    const structuredQuery = {
      from: [{ collectionId: 'things' }],
      where: { fieldFilter: { field: { fieldPath: 'n' }, op: 'GREATER_THAN', value: { integerValue: 1 } } },
      orderBy: [{ field: { fieldPath: 'n' }, direction: 'DESCENDING' }],
      limit: 5,
    };
    const found = await post('runQuery', { structuredQuery });
    expect(found.json).toMatchObject([
      { document: { name: `${ROOT}/things/b` }, readTime: expect.any(String) },
    ]);
    const parts = { structuredQuery: { from: [{ collection_id: 'parts' }] } };
    expect((await post('runQuery', parts, '/things/c')).json).toHaveLength(1);
    expect((await post('runQuery', parts)).json).toEqual([{ readTime: expect.any(String) }]);
    const aggregations = [
      { alias: 'all', count: { upTo: '10' } },
      { sum: { field: { fieldPath: 'n' } }, alias: 's' },
    ];
    const counted = await post('runAggregationQuery', {
      structuredAggregationQuery: { structuredQuery: { from: structuredQuery.from }, aggregations },
    });
    expect(counted.json).toMatchObject([
      { result: { aggregateFields: { all: { integerValue: '2' }, s: { integerValue: '3' } } } },
    ]);
    expect((await post('listCollectionIds', {})).json).toEqual({ collectionIds: ['things'] });
    expect((await post('listCollectionIds', { pageSize: 1 }, '/things/c')).json).toEqual({
      collectionIds: ['parts'],
    });
    const group = {
      from: [{ collectionId: 'things', allDescendants: true }],
      orderBy: [{ field: { fieldPath: '__name__' } }],
    };
    expect(
      (await post('partitionQuery', { structuredQuery: group, partitionCount: '1' })).json.partitions,
    ).toHaveLength(1);
    expect((await post('batchWrite', { writes: [write('z', 1)] })).json.status).toHaveLength(1);
  });
});

describe('what is wrong', () => {
  const bad = (message: string | RegExp) =>
    refusal(400, 'INVALID_ARGUMENT', typeof message === 'string' ? message : expect.stringMatching(message));

  test.each([
    ['no JSON', '{"a', /^Invalid JSON payload received\. /],
    ['no object', '[]', 'Invalid JSON payload received. Unknown name "": Root element must be a message.'],
    ['a name unknown', { x: 1 }, 'Invalid JSON payload received. Unknown name "x": Cannot find field.'],
    [
      'one further down',
      { writes: [{ update: { nmae: 1 } }] },
      `Invalid JSON payload received. Unknown name "nmae" at 'writes[0].update': Cannot find field.`,
    ],
    [
      'a name of every object',
      { writes: [{ constructor: {} }] },
      /Unknown name "constructor" at 'writes\[0\]'/,
    ],
    [
      'no list',
      { writes: {} },
      `Invalid value at 'writes' (type.googleapis.com/google.firestore.v1.Write), {…}`,
    ],
    [
      'a list',
      { transaction: [] },
      /Unknown name "transaction": Proto field is not repeating, cannot start list/,
    ],
    ['bytes', { transaction: 'ä' }, `Invalid value at 'transaction' (TYPE_BYTES), "ä"`],
    [
      'an integer',
      { writes: [{ update: { fields: { a: { integerValue: '1.5' } } } }] },
      `Invalid value at 'writes[0].update.fields["a"].integer_value' (TYPE_INT64), "1.5"`,
    ],
    [
      'a large integer',
      { writes: [{ update: { fields: { a: { integerValue: '9223372036854775808' } } } }] },
      /TYPE_INT64/,
    ],
    [
      'a time',
      { writes: [{ currentDocument: { updateTime: '2024-02-30T00:00:00Z' } }] },
      /google\.protobuf\.Timestamp\), "2024-02-30/,
    ],
    [
      'two kinds at once',
      { writes: [{ delete: 'a', verify: 'b' }] },
      /oneof field 'operation' is already set/,
    ],
    ['no kind of value', { writes: [{ update: { name: `${ROOT}/a/b`, fields: { a: {} } } }] }, /./],
  ])('JSON: %s', async (_, body, message) => {
    expect(await post('commit', body)).toEqual({ status: 400, json: bad(message) });
  });

  test('in a streaming method is answered in a list', async () => {
    expect(await post('runQuery', '{')).toEqual({ status: 400, json: [bad(/Invalid JSON payload/)] });
    const structuredQuery = {
      from: [{ collectionId: 'things' }],
      where: { fieldFilter: { op: 'SIDEWAYS' } },
    };
    expect(await post('runQuery', { structuredQuery })).toEqual({
      status: 400,
      json: [
        bad(
          /'structured_query\.where\.field_filter\.op' \(type\.googleapis\.com\/google\.firestore.*Operator\), "SIDEWAYS"/,
        ),
      ],
    });
  });

  test.each([
    ['GET', '/', ''],
    ['GET', '/v1/projects', ''],
    ['GET', DOCUMENTS, ''],
    ['POST', `${DOCUMENTS}:nothing`, ''],
    ['POST', `${DOCUMENTS}/things/a:commit`, ''],
    ['PUT', `${DOCUMENTS}/things/a`, ''],
    ['PATCH', `${DOCUMENTS}/things`, ''],
    ['GET', `${DOCUMENTS}/things/%ff`, ''],
    ['GET', `${DOCUMENTS}//a`, ''],
    ['GET', '//[', ''],
    ['POST', '/google.firestore.v1.Firestore/Commit/channel', ''],
  ])('a path that does not exist: %s %s', async (method, path) => {
    expect(await ask(method, path)).toEqual({
      status: 404,
      json: refusal(404, 'NOT_FOUND', 'Method not found.'),
    });
  });

  test.each([
    ['mask.fieldPath=a'],
    ['mask=a'],
    ['mask.fieldPaths.x=a'],
    ['__proto__.x=1'],
    ['readTime=yesterday'],
    ['transaction=%C3%A4'],
    ['name.x=1'],
  ])('a parameter: %s', async (query) => {
    const { status, json } = await ask('GET', `${DOCUMENTS}/things/a?${query}`);
    expect({ status, json }).toEqual({ status: 400, json: bad(/^Invalid/) });
  });

  test('values of parameters', async () => {
    for (const query of ['pageSize=many', 'showMissing=perhaps', 'pageSize=99999999999']) {
      expect(await ask('GET', `${DOCUMENTS}/things?${query}`)).toMatchObject({ status: 400 });
    }
  });

  test('what only streams can do', async () => {
    expect(await post('listen', {})).toMatchObject({
      status: 501,
      json: [{ error: { status: 'UNIMPLEMENTED' } }],
    });
  });

  test('a body that is too long, or nested without end', async () => {
    const fields = (depth: number): Message =>
      depth === 0 ? { nullValue: null } : { mapValue: { fields: { a: fields(depth - 1) } } };
    expect(await set({ update: { name: `${ROOT}/a/b`, fields: { a: fields(200) } } })).toEqual({
      status: 400,
      json: bad(/Message too deep/),
    });
    expect(await post('commit', `{"writes":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)).toMatchObject({
      status: 400,
    });
    await web.close();
    web = await openWeb({ bodyBytes: 1000 });
    expect(await post('commit', ' '.repeat(100_000))).toMatchObject({
      status: 400,
      json: bad('Request payload size exceeds the limit.'),
    });
  });
});
