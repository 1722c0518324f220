/** What the stand-in's own images serve: a page each, by HTTP. */
import { createServer, type Server } from 'node:http';
import type { Fields } from '../objects.ts';
import type { Listener, PodPort } from '../pod-ports.ts';

interface Page {
  /** The last part of the image's name. */
  image: RegExp;
  /** Where it listens, if the container does not say. */
  port: number;
  text(container: Fields, at: PodPort): string;
}

const PAGES: readonly Page[] = [
  { image: /^nginx$/, port: 80, text: () => '<!DOCTYPE html>\n<title>Welcome to nginx!</title>\n' },
  {
    image: /^hello-app$/,
    port: 8080,
    text: ({ env }, { pod }) =>
      `${env?.find((one: Fields) => one.name === 'MESSAGE')?.value ?? 'Hello, world!'}\nHostname: ${pod.metadata.name}\n`,
  },
];

const imageName = (image: string): string => (image.split('/').at(-1) ?? '').replace(/[:@].*$/, '');

export const listenerOf: Listener = (at) => {
  for (const container of at.containers) {
    const page = PAGES.find(({ image }) => image.test(imageName(String(container.image))));
    const ports: number[] = (container.ports ?? []).map(({ containerPort }: Fields) => containerPort);
    if (page && (ports.length > 0 ? ports : [page.port]).includes(at.port)) {
      return (socket) => void pageServer(page.text(container, at)).emit('connection', socket);
    }
  }
  return undefined;
};

/** It never listens: connections are handed to it. */
const pageServer = (text: string): Server =>
  createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(text);
  });
