/** For tests: as much of XMLHttpRequest, over Node's http, as the browser build of the `firebase` client uses. */
import { type ClientRequest, type IncomingMessage, request } from 'node:http';

export class NodeXhr {
  static readonly DONE = 4;
  onreadystatechange: (() => void) | null = null;
  readyState = 0;
  status = 0;
  statusText = '';
  responseText = '';
  responseType = '';
  response = '';
  withCredentials = false;
  timeout = 0;
  #call: ClientRequest | undefined;
  #answer: IncomingMessage | undefined;
  #target: [method: string, url: string] = ['GET', ''];
  #headers: Record<string, string> = {};
  #aborted = false;

  open(method: string, url: string): void {
    this.#target = [method, url];
    this.#enter(1);
  }
  setRequestHeader(name: string, value: string): void {
    this.#headers[name] = value;
  }
  getResponseHeader(name: string): string | null {
    const value = this.#answer?.headers[name.toLowerCase()];
    return value === undefined ? null : String(value);
  }
  getAllResponseHeaders(): string {
    const headers = Object.entries(this.#answer?.headers ?? {});
    return headers.map(([name, value]) => `${name}: ${String(value)}\r\n`).join('');
  }
  send(body?: string): void {
    const [method, url] = this.#target;
    const headers = { origin: 'http://localhost:3000', ...this.#headers };
    const call = request(url, { method, headers, agent: false }, (answer) => {
      this.#answer = answer;
      this.status = answer.statusCode ?? 0;
      this.statusText = answer.statusMessage ?? '';
      this.#enter(2);
      answer.setEncoding('utf8');
      answer.on('data', (text: string) => {
        this.responseText += text;
        this.response = this.responseText;
        this.#enter(3);
      });
      answer.on('end', () => this.#enter(4));
      answer.on('error', () => this.#fail());
    });
    call.on('error', () => this.#fail());
    this.#call = call;
    call.end(body);
  }
  abort(): void {
    this.#aborted = true;
    this.#call?.destroy();
  }

  #fail(): void {
    this.status = 0;
    this.#enter(4);
  }
  #enter(state: number): void {
    if (this.#aborted || this.readyState === 4) return;
    this.readyState = state;
    this.onreadystatechange?.();
  }
}
