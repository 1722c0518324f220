/** Rules as projects have them, most after the patterns of the documentation, with what they must let through and stop. */
import { describe, expect, test } from 'vitest';
import type { Query } from '../query.ts';
import type { Fields, Value } from '../values.ts';
import type { Decision } from './rules.ts';
import { aContext, aDocument, aQuery, NOW_MICROS, ROOT, rulesOf, type World, where } from './testing.ts';

type Request =
  | { get: string }
  | { create: string; data: Fields }
  | { update: string; data: Fields }
  | { delete: string }
  | { list: Query };

interface Scenario {
  name: string;
  rules: string;
  documents?: Record<string, Fields>;
  /** Requests with who makes them. */
  allowed: (Request & World)[];
  denied: (Request & World)[];
}

function decide(rules: string, documents: Record<string, Fields>, request: Request & World): Decision {
  const compiled = rulesOf(rules);
  const context = (path: string, after: Fields | null): ReturnType<typeof aContext> =>
    aContext({ documents, after: { [path]: after }, ...request });
  const at = (path: string, fields = documents[path]) => fields && aDocument(path, fields);
  if ('list' in request) return compiled.list(request.list, aContext({ documents, ...request }));
  if ('get' in request)
    return compiled.get(`${ROOT}/${request.get}`, at(request.get), aContext({ documents, ...request }));
  if ('delete' in request) {
    const path = request.delete;
    return compiled.write('delete', `${ROOT}/${path}`, at(path), undefined, context(path, null));
  }
  const path = 'create' in request ? request.create : request.update;
  const operation = 'create' in request ? 'create' : 'update';
  return compiled.write(
    operation,
    `${ROOT}/${path}`,
    at(path),
    at(path, request.data),
    context(path, request.data),
  );
}

const minutesAgo = (minutes: number): Value => ({ time: [Math.floor(NOW_MICROS / 1e6) - minutes * 60, 0] });
const now: Value = { time: [Math.floor(NOW_MICROS / 1e6), NOW_MICROS % 1e6] };
const nobody: World = { uid: null };
const bob: World = { uid: 'bob' };
const SIGNED_IN = 'function signedIn() { return request.auth != null; }';

const SCENARIOS: Scenario[] = [
  {
    name: 'nothing for anybody',
    rules: 'match /{document=**} { allow read, write: if false; }',
    allowed: [],
    denied: [
      { get: 'a/b' },
      { create: 'a/b', data: {} },
      { list: aQuery('a') },
      { list: aQuery('a', { group: true }) },
    ],
  },
  {
    name: 'everything for those who are signed in',
    rules: 'match /{document=**} { allow read, write: if request.auth != null; }',
    allowed: [
      { get: 'a/b' },
      { update: 'a/b/c/d', data: {} },
      { list: aQuery('a') },
      { list: aQuery('a', { group: true }) },
    ],
    denied: [
      { get: 'a/b', ...nobody },
      { delete: 'a/b', ...nobody },
      { list: aQuery('a'), ...nobody },
    ],
  },
  {
    name: 'documents named after their user',
    rules: `match /users/{userId} {
      allow read, update, delete: if request.auth != null && request.auth.uid == userId;
      allow create: if request.auth != null; }`,
    allowed: [{ get: 'users/ann' }, { delete: 'users/ann' }, { create: 'users/bob', data: {} }],
    denied: [
      { get: 'users/bob' },
      { get: 'users/ann', ...nobody },
      { update: 'users/bob', data: {} },
      { list: aQuery('users') },
    ],
  },
  {
    name: 'documents with an owner that never changes',
    rules: `match /notes/{id} {
      allow read, delete: if resource.data.owner == request.auth.uid;
      allow create: if request.resource.data.owner == request.auth.uid;
      allow update: if resource.data.owner == request.auth.uid && request.resource.data.owner == resource.data.owner; }`,
    documents: { 'notes/n': { owner: 'ann' } },
    allowed: [
      { get: 'notes/n' },
      { create: 'notes/x', data: { owner: 'ann' } },
      { update: 'notes/n', data: { owner: 'ann', text: 'x' } },
      { list: aQuery('notes', { where: [where('owner', '==', 'ann')] }) },
    ],
    denied: [
      { get: 'notes/n', ...bob },
      { get: 'notes/missing' },
      { create: 'notes/x', data: { owner: 'bob' } },
      { create: 'notes/x', data: {} },
      { update: 'notes/n', data: { owner: 'bob' } },
      { list: aQuery('notes') },
      { list: aQuery('notes', { where: [where('owner', '==', 'bob')] }) },
      { list: aQuery('notes', { where: [where('owner', '>=', 'ann')] }) },
    ],
  },
  {
    name: 'public or own stories, and at most ten at a time',
    rules: `match /stories/{id} {
      allow get: if resource.data.published == true || resource.data.author == request.auth.uid;
      allow list: if request.query.limit <= 10 && (resource.data.published == true || resource.data.author == request.auth.uid); }`,
    documents: { 'stories/open': { published: true }, 'stories/draft': { published: false, author: 'ann' } },
    allowed: [
      { get: 'stories/open', ...nobody },
      { get: 'stories/draft' },
      { list: aQuery('stories', { where: [where('published', '==', true)], limit: 10 }), ...nobody },
      { list: aQuery('stories', { where: [where('author', '==', 'ann')], limit: 1 }) },
      {
        list: aQuery('stories', {
          where: [{ any: [where('published', '==', true), where('author', '==', 'ann')] }],
          limit: 5,
        }),
      },
    ],
    denied: [
      { get: 'stories/draft', ...bob },
      { list: aQuery('stories', { where: [where('published', '==', true)], limit: 11 }) },
      { list: aQuery('stories', { where: [where('published', '==', true)] }) },
      { list: aQuery('stories', { limit: 5 }) },
      { list: aQuery('stories', { where: [where('published', 'in', [true, false])], limit: 5 }) },
    ],
  },
  {
    name: 'roles in the document',
    rules: `function role() { return resource.data.roles[request.auth.uid]; }
      match /stories/{story} {
        allow read: if role() in ['owner', 'writer', 'reader'];
        allow update: if role() in ['owner', 'writer']
          && (role() == 'owner' || request.resource.data.roles == resource.data.roles);
        allow delete: if role() == 'owner'; }`,
    documents: { 'stories/s': { roles: { map: { ann: 'owner', bob: 'writer', cat: 'reader' } } } },
    allowed: [
      { get: 'stories/s', uid: 'cat' },
      {
        update: 'stories/s',
        data: { text: 'x', roles: { map: { ann: 'owner', bob: 'writer', cat: 'reader' } } },
        ...bob,
      },
      { update: 'stories/s', data: { roles: { map: {} } } },
      { delete: 'stories/s' },
      { list: aQuery('stories', { where: [where('roles.ann', '==', 'owner')] }) },
      { list: aQuery('stories', { where: [where('roles.ann', 'in', ['owner', 'reader'])] }) },
    ],
    denied: [
      { get: 'stories/s', uid: 'dan' },
      { update: 'stories/s', data: { roles: { map: { bob: 'owner' } } }, ...bob },
      { delete: 'stories/s', ...bob },
      { list: aQuery('stories', { where: [where('roles.ann', '!=', 'owner')] }) },
      { list: aQuery('stories', { orderBy: ['roles.ann'] }) },
    ],
  },
  {
    name: 'roles in a document of the user',
    rules: `function isAdmin() { return get(/databases/$(database)/documents/users/$(request.auth.uid)).data.admin == true; }
      match /settings/{id} { allow read, write: if isAdmin(); }`,
    documents: { 'users/ann': { admin: true }, 'users/bob': { admin: false } },
    allowed: [{ get: 'settings/x' }, { create: 'settings/x', data: {} }, { list: aQuery('settings') }],
    denied: [
      { get: 'settings/x', ...bob },
      { list: aQuery('settings'), ...bob },
      { get: 'settings/x', uid: 'cat' },
      { get: 'settings/x', ...nobody },
    ],
  },
  {
    name: 'members of a room',
    rules: `match /rooms/{room} {
      function isMember() { return exists(/databases/$(database)/documents/rooms/$(room)/members/$(request.auth.uid)); }
      allow get: if isMember();
      match /messages/{message} {
        allow read: if isMember();
        allow create: if isMember() && request.resource.data.keys().hasOnly(['from', 'text'])
          && request.resource.data.from == request.auth.uid && request.resource.data.text.size() <= 10; } }`,
    documents: { 'rooms/r/members/ann': {}, 'rooms/q': {} },
    allowed: [
      { get: 'rooms/r' },
      { get: 'rooms/r/messages/m' },
      { list: aQuery('rooms/r/messages') },
      { create: 'rooms/r/messages/m', data: { from: 'ann', text: 'hello' } },
    ],
    denied: [
      { get: 'rooms/q' },
      { list: aQuery('rooms/q/messages') },
      { list: aQuery('messages', { group: true }) },
      { create: 'rooms/r/messages/m', data: { from: 'bob', text: 'hello' } },
      { create: 'rooms/r/messages/m', data: { from: 'ann', text: 'hello to you all' } },
      { create: 'rooms/r/messages/m', data: { from: 'ann', text: 'hi', more: 1 } },
    ],
  },
  {
    name: 'custom claims',
    rules: `match /pools/{id} {
      allow read: if request.auth.token.role == 'operator' || 'auditor' in request.auth.token.get('groups', []);
      allow write: if request.auth.token.level >= 5 && request.auth.token.email_verified; }`,
    allowed: [
      { get: 'pools/p', claims: { role: 'operator' } },
      { list: aQuery('pools'), claims: { groups: ['auditor'] } },
      { delete: 'pools/p', claims: { level: 5, email_verified: true } },
    ],
    denied: [
      { get: 'pools/p' },
      { get: 'pools/p', claims: { role: 'user', groups: [] } },
      { get: 'pools/p', ...nobody },
      { delete: 'pools/p', claims: { level: 4, email_verified: true } },
      { delete: 'pools/p', claims: { level: 5 } },
      { delete: 'pools/p', claims: { level: '5', email_verified: true } },
    ],
  },
  {
    name: 'e-mail of one domain',
    rules: `match /staff/{id} { allow read: if request.auth.token.email.matches('.*@example[.]com')
      && request.auth.token.firebase.sign_in_provider != 'anonymous'; }`,
    allowed: [
      { get: 'staff/x', claims: { email: 'a@example.com', firebase: { sign_in_provider: 'password' } } },
    ],
    denied: [
      {
        get: 'staff/x',
        claims: { email: 'a@example.com.evil.org', firebase: { sign_in_provider: 'password' } },
      },
      { get: 'staff/x', claims: { email: 'a@exampleXcom', firebase: { sign_in_provider: 'password' } } },
      { get: 'staff/x', claims: { firebase: { sign_in_provider: 'anonymous' } } },
    ],
  },
  {
    name: 'only some fields may change',
    rules: `match /profiles/{id} {
      allow update: if request.resource.data.diff(resource.data).affectedKeys().hasOnly(['name', 'photo']); }`,
    documents: { 'profiles/p': { name: 'a', plan: 'free', nested: { map: { x: 1 } } } },
    allowed: [
      { update: 'profiles/p', data: { name: 'b', plan: 'free', nested: { map: { x: 1 } } } },
      { update: 'profiles/p', data: { photo: 'x', plan: 'free', nested: { map: { x: 1 } } } },
      { update: 'profiles/p', data: { name: 'a', plan: 'free', nested: { map: { x: 1 } } } },
    ],
    denied: [
      { update: 'profiles/p', data: { name: 'a', plan: 'paid', nested: { map: { x: 1 } } } },
      { update: 'profiles/p', data: { name: 'a', nested: { map: { x: 1 } } } },
      { update: 'profiles/p', data: { name: 'a', plan: 'free', nested: { map: { x: 2 } } } },
      { update: 'profiles/p', data: { name: 'a', plan: 'free', nested: { map: { x: 1 } }, admin: true } },
    ],
  },
  {
    name: 'a schema: required, optional, typed',
    rules: `match /cities/{id} {
      function valid(d) {
        let required = ['name', 'population'];
        return d.keys().hasAll(required) && d.keys().hasOnly(required.concat(['area', 'tags']))
          && d.name is string && d.population is int && d.population >= 0
          && d.get('area', 0.0) is number && d.get('tags', []) is list && d.get('tags', []).size() < 3; }
      allow create: if valid(request.resource.data); }`,
    allowed: [
      { create: 'cities/x', data: { name: 'x', population: 1 } },
      { create: 'cities/x', data: { name: 'x', population: 0, area: { double: 1.5 }, tags: ['a', 'b'] } },
    ],
    denied: [
      { create: 'cities/x', data: { name: 'x' } },
      { create: 'cities/x', data: { name: 'x', population: { double: 1 } } },
      { create: 'cities/x', data: { name: 1, population: 1 } },
      { create: 'cities/x', data: { name: 'x', population: -1 } },
      { create: 'cities/x', data: { name: 'x', population: 1, tags: ['a', 'b', 'c'] } },
      { create: 'cities/x', data: { name: 'x', population: 1, other: 1 } },
    ],
  },
  {
    name: 'one post in five minutes, stamped by the server',
    rules: `match /posts/{id} {
      allow create: if request.resource.data.at == request.time && (
        !exists(/databases/$(database)/documents/last/$(request.auth.uid)) ||
        request.time > get(/databases/$(database)/documents/last/$(request.auth.uid)).data.at + duration.value(5, 'm')); }`,
    documents: { 'last/ann': { at: minutesAgo(6) }, 'last/bob': { at: minutesAgo(4) } },
    allowed: [
      { create: 'posts/p', data: { at: now } },
      { create: 'posts/p', data: { at: now }, uid: 'cat' },
    ],
    denied: [
      { create: 'posts/p', data: { at: now }, ...bob },
      { create: 'posts/p', data: { at: minutesAgo(0) } },
      { create: 'posts/p', data: {} },
    ],
  },
  {
    name: 'an invitation that runs out, and office hours',
    rules: `match /invitations/{id} { allow get: if request.time < resource.data.until; }
      match /desk/{id} { allow get: if request.time.hours() >= 9 && request.time.hours() < 17 && request.time.dayOfWeek() <= 5; }`,
    documents: { 'invitations/new': { until: minutesAgo(-5) }, 'invitations/old': { until: minutesAgo(5) } },
    allowed: [{ get: 'invitations/new' }, { get: 'desk/x' }],
    denied: [
      { get: 'invitations/old' },
      { get: 'desk/x', timeMicros: NOW_MICROS + 10 * 3600e6 },
      { get: 'desk/x', timeMicros: NOW_MICROS + 48 * 3600e6 },
    ],
  },
  {
    name: 'a counter that goes up by one',
    rules: `match /counters/{id} {
      allow create: if request.resource.data == {'n': 0};
      allow update: if request.resource.data.n == resource.data.n + 1; }`,
    documents: { 'counters/c': { n: 4 } },
    allowed: [
      { create: 'counters/d', data: { n: 0 } },
      { update: 'counters/c', data: { n: 5 } },
    ],
    denied: [
      { create: 'counters/d', data: { n: 1 } },
      { create: 'counters/d', data: { n: 0, m: 0 } },
      { update: 'counters/c', data: { n: 6 } },
      { update: 'counters/c', data: { n: '5' } },
    ],
  },
  {
    name: 'states that follow each other',
    rules: `match /orders/{id} {
      function next(from) { return {'new': ['paid', 'void'], 'paid': ['sent'], 'sent': []}[from]; }
      allow update: if request.resource.data.state in next(resource.data.state); }`,
    documents: { 'orders/n': { state: 'new' }, 'orders/s': { state: 'sent' }, 'orders/x': { state: 'odd' } },
    allowed: [
      { update: 'orders/n', data: { state: 'paid' } },
      { update: 'orders/n', data: { state: 'void' } },
    ],
    denied: [
      { update: 'orders/n', data: { state: 'sent' } },
      { update: 'orders/s', data: { state: 'new' } },
      { update: 'orders/x', data: { state: 'paid' } },
    ],
  },
  {
    name: 'two documents written together',
    rules: `match /likes/{like} {
      allow create: if getAfter(/databases/$(database)/documents/posts/$(request.resource.data.post)).data.likes
        == get(/databases/$(database)/documents/posts/$(request.resource.data.post)).data.likes + 1; }`,
    documents: { 'posts/p': { likes: 1 } },
    allowed: [{ create: 'likes/l', data: { post: 'p' }, after: { 'posts/p': { likes: 2 } } }],
    denied: [
      { create: 'likes/l', data: { post: 'p' } },
      { create: 'likes/l', data: { post: 'p' }, after: { 'posts/p': { likes: 3 } } },
      { create: 'likes/l', data: { post: 'q' } },
      { create: 'likes/l', data: { post: 'p/../q' } },
    ],
  },
  {
    name: 'events that carry their readers, in any collection of events',
    rules: `match /{path=**}/events/{event} { allow read: if request.auth.uid in resource.data.readers; }`,
    documents: { 'clusters/c/events/e': { readers: ['ann'] } },
    allowed: [
      { get: 'clusters/c/events/e' },
      { list: aQuery('clusters/c/events', { where: [where('readers', 'array-contains', 'ann')] }) },
      {
        list: aQuery('events', {
          group: true,
          where: [where('readers', 'array-contains', 'ann')],
          orderBy: ['at'],
        }),
      },
    ],
    denied: [
      { get: 'clusters/c/events/e', ...bob },
      { get: 'clusters/c/events/missing' },
      { list: aQuery('events', { group: true }) },
      { list: aQuery('events', { group: true, where: [where('readers', 'array-contains', 'bob')] }) },
      {
        list: aQuery('events', {
          group: true,
          where: [where('readers', 'array-contains-any', ['ann', 'bob'])],
        }),
      },
      { list: aQuery('events', { group: true, where: [where('readers', '==', 'ann')] }) },
    ],
  },
  {
    name: 'owners and members of clusters',
    rules: `${SIGNED_IN}
      match /clusters/{id} {
        allow read: if signedIn() && (resource.data.owner == request.auth.uid || request.auth.uid in resource.data.members);
        allow read: if signedIn() && request.auth.token.operator == true; }`,
    documents: { 'clusters/c': { owner: 'ann', members: ['bob'] }, 'clusters/bare': { owner: 'ann' } },
    allowed: [
      { get: 'clusters/c' },
      { get: 'clusters/c', ...bob },
      { get: 'clusters/bare' },
      { get: 'clusters/c', uid: 'op', claims: { operator: true } },
      { list: aQuery('clusters'), uid: 'op', claims: { operator: true } },
      {
        list: aQuery('clusters', {
          where: [{ any: [where('owner', '==', 'ann'), where('members', 'array-contains', 'ann')] }],
        }),
      },
    ],
    denied: [
      { get: 'clusters/c', uid: 'cat' },
      { get: 'clusters/bare', ...bob },
      { get: 'clusters/c', ...nobody },
      { list: aQuery('clusters') },
      {
        list: aQuery('clusters', {
          where: [{ any: [where('owner', '==', 'ann'), where('members', 'array-contains', 'bob')] }],
        }),
      },
      { list: aQuery('clusters', { where: [where('owner', '==', 'ann')] }), uid: 'ann2' },
      { list: aQuery('clusters', { where: [where('owner', 'not-in', ['bob'])] }) },
    ],
  },
  {
    name: 'adults only, by the query',
    rules: 'match /people/{id} { allow read: if resource.data.age >= 18 && resource.data.hidden != true; }',
    documents: {
      'people/a': { age: 20 },
      'people/b': { age: 20, hidden: false },
      'people/c': { age: 17, hidden: false },
    },
    allowed: [
      { get: 'people/b' },
      { list: aQuery('people', { where: [where('age', '>=', 21), where('hidden', '==', false)] }) },
      { list: aQuery('people', { where: [where('age', '>=', 18), where('hidden', '!=', true)] }) },
      {
        list: aQuery('people', { where: [where('age', 'in', [18, 30]), where('hidden', 'not-in', [true])] }),
      },
    ],
    denied: [
      { get: 'people/a' },
      { get: 'people/c' },
      { list: aQuery('people', { where: [where('age', '>=', 17), where('hidden', '==', false)] }) },
      { list: aQuery('people', { where: [where('age', '>', 21)] }) },
      { list: aQuery('people', { where: [where('age', 'in', [17, 30]), where('hidden', '==', false)] }) },
      { list: aQuery('people', { where: [where('age', '<', 100), where('hidden', '==', false)] }) },
    ],
  },
  {
    name: 'a tree that belongs to one user',
    rules: `match /homes/{uid} {
      allow read, write: if request.auth.uid == uid;
      match /{rest=**} { allow read, write: if request.auth.uid == uid; } }`,
    allowed: [
      { get: 'homes/ann' },
      { get: 'homes/ann/a/b/c/d' },
      { list: aQuery('homes/ann/files') },
      { list: aQuery('homes/ann/files', { group: true }) },
    ],
    denied: [
      { get: 'homes/bob/a/b' },
      { list: aQuery('homes/bob/files') },
      { list: aQuery('files', { group: true }) },
      { list: aQuery('homes') },
    ],
  },
  {
    name: 'votes: once each, counted by id',
    rules: `match /polls/{poll}/votes/{uid} {
      allow create: if uid == request.auth.uid && request.resource.data.choice in ['yes', 'no'] && request.resource.data.size() == 1;
      allow get: if uid == request.auth.uid; }`,
    documents: { 'polls/p/votes/ann': { choice: 'yes' } },
    allowed: [{ create: 'polls/p/votes/ann', data: { choice: 'no' } }, { get: 'polls/p/votes/ann' }],
    denied: [
      { create: 'polls/p/votes/bob', data: { choice: 'no' } },
      { create: 'polls/p/votes/ann', data: { choice: 'maybe' } },
      { update: 'polls/p/votes/ann', data: { choice: 'no' } },
      { list: aQuery('polls/p/votes') },
    ],
  },
  {
    name: 'a reference that must exist',
    rules: `match /orders/{id} { allow create: if request.resource.data.product is path && exists(request.resource.data.product)
      && get(request.resource.data.product).data.stock > 0; }`,
    documents: { 'products/p': { stock: 1 }, 'products/q': { stock: 0 } },
    allowed: [{ create: 'orders/o', data: { product: { ref: `${ROOT}/products/p` } } }],
    denied: [
      { create: 'orders/o', data: { product: { ref: `${ROOT}/products/q` } } },
      { create: 'orders/o', data: { product: { ref: `${ROOT}/products/r` } } },
      { create: 'orders/o', data: { product: 'products/p' } },
      { create: 'orders/o', data: { product: { ref: 'projects/p/databases/other/documents/products/p' } } },
    ],
  },
  {
    name: 'write means all of them, so deletion needs a thought',
    rules: `match /a/{id} { allow write: if request.resource == null || request.resource.data.ok == true; }
      match /b/{id} { allow write: if request.resource.data.ok == true; }`,
    documents: { 'a/x': {}, 'b/x': {} },
    allowed: [
      { delete: 'a/x' },
      { update: 'a/x', data: { ok: true } },
      { create: 'b/y', data: { ok: true } },
    ],
    denied: [{ delete: 'b/x' }, { update: 'a/x', data: {} }],
  },
  {
    name: 'a token kept as its hash',
    rules: `match /links/{hash} { allow get: if hashing.sha256(request.auth.token.link).toHexString().lower() == hash; }`,
    allowed: [
      {
        get: 'links/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
        claims: { link: 'abc' },
      },
    ],
    denied: [
      {
        get: 'links/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
        claims: { link: 'abd' },
      },
      { get: 'links/x' },
    ],
  },
  {
    name: 'near enough',
    rules: `match /visits/{id} { allow create: if request.resource.data.at.distance(latlng.value(52.52, 13.405)) < 1000; }`,
    allowed: [{ create: 'visits/v', data: { at: { geo: [52.521, 13.406] } } }],
    denied: [
      { create: 'visits/v', data: { at: { geo: [52.6, 13.405] } } },
      { create: 'visits/v', data: { at: [52, 13] } },
    ],
  },
  {
    name: 'a missing document is told from a forbidden one',
    rules: `match /drafts/{id} { allow get: if resource == null || resource.data.owner == request.auth.uid; }`,
    documents: { 'drafts/d': { owner: 'ann' } },
    allowed: [{ get: 'drafts/d' }, { get: 'drafts/none', ...bob }],
    denied: [{ get: 'drafts/d', ...bob }, { list: aQuery('drafts') }],
  },
];

const who = ({ uid, claims, after, timeMicros, ...request }: Request & World): string => {
  const what = 'list' in request ? { list: { ...request.list, scope: undefined } } : request;
  const text = JSON.stringify({ ...what, ...(uid === undefined ? {} : { uid }), claims, after, timeMicros });
  return text.slice(0, 200);
};

describe.each(SCENARIOS)('$name', ({ rules, documents = {}, allowed, denied }) => {
  test.each(allowed.map((request) => [who(request), request] as const))('allows %s', (_, request) => {
    expect(decide(rules, documents, request)).toMatchObject({ allowed: true });
  });
  test.each(denied.map((request) => [who(request), request] as const))('denies %s', (_, request) => {
    expect(decide(rules, documents, request)).toMatchObject({ allowed: false });
  });
});
