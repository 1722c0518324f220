/** What expressions of HCL speak of. A scanner, not a parser: it knows strings, brackets and `for`, which is what references need. Pure. */

export interface Reference {
  /** `var`, `local`, `google_pubsub_topic` … */
  root: string;
  /** What follows it: names, and `[]` for an index of any kind. */
  steps: readonly string[];
}

/** A name that `for` gives to each element of something. */
interface Loop {
  names: readonly string[];
  over: Reference | undefined;
}

/** The text between `${` and its `}`, for each of them, those in strings of other expressions included. */
export function* expressionsIn(text: string): Generator<string> {
  for (let at = text.indexOf('${'); at >= 0; at = text.indexOf('${', at)) {
    if (text[at - 1] === '$') {
      at += 2;
      continue;
    }
    const end = closing(text, at + 2, '}');
    yield text.slice(at + 2, end);
    at = end;
  }
}

/** Strings are emptied, and what they speak of comes along. */
function strippedOf(expression: string): { code: string; inner: string[] } {
  const inner: string[] = [];
  let code = '';
  for (let at = 0; at < expression.length; at++) {
    if (expression[at] !== '"') {
      code += expression[at];
      continue;
    }
    const end = endOfString(expression, at);
    inner.push(...expressionsIn(expression.slice(at + 1, end)));
    code += '""';
    at = end;
  }
  return { code, inner };
}

function closing(text: string, from: number, close: string): number {
  const opens = { '}': '{', ']': '[', ')': '(' }[close] ?? '';
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '"') at = endOfString(text, at);
    else if (text[at] === opens) depth++;
    else if (text[at] === close && --depth === 0) return at;
  }
  return text.length;
}

function endOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text.startsWith('${', at)) at = closing(text, at + 2, '}');
    else if (text[at] === '"') return at;
  }
  return text.length;
}

const NAME = /^[A-Za-z_][\w-]*/;

/** @param text as the parser gives it: a template */
export function referencesIn(text: string): { references: Reference[]; loops: Loop[] } {
  const references: Reference[] = [];
  const loops: Loop[] = [];
  const queue = [...expressionsIn(text)];
  for (let expression = queue.shift(); expression !== undefined; expression = queue.shift()) {
    const { code, inner } = strippedOf(expression);
    queue.push(...inner);
    for (const found of code.matchAll(/\bfor\s+([\w-]+)(?:\s*,\s*([\w-]+))?\s+in\s+/g)) {
      const names = [found[1], found[2]].filter((name) => name !== undefined);
      loops.push({ names, over: referenceAt(code, (found.index ?? 0) + found[0].length) });
    }
    for (let at = 0; at < code.length; at++) {
      const reference = /[\w.\-\]]/.test(code[at - 1] ?? '') ? undefined : referenceAt(code, at);
      if (!reference) continue;
      if (reference.steps.length > 0) references.push(reference);
      at += reference.root.length - 1;
    }
  }
  return { references, loops };
}

/** @returns undefined if there is none, or a call of a function */
function referenceAt(code: string, from: number): Reference | undefined {
  const root = NAME.exec(code.slice(from))?.[0];
  if (root === undefined) return undefined;
  const steps: string[] = [];
  let at = from + root.length;
  for (;;) {
    if (code[at] === '[') {
      steps.push('[]');
      at = closing(code, at + 1, ']') + 1;
    } else {
      const step = /^\.(\*|\w[\w-]*)/.exec(code.slice(at));
      if (!step) break;
      steps.push(step[1] === '*' ? '[]' : (step[1] ?? ''));
      at += step[0].length;
    }
  }
  return code[at] === '(' ? undefined : { root, steps };
}
