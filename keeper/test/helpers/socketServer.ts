import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** As much of a WebSocket server (RFC 6455) as a test needs: it takes connections, and sends short texts. */
export interface SocketServer {
  readonly url: string;
  /** Resolves when the next client has asked for something. */
  asked(): Promise<void>;
  /** To every client. Less than 126 bytes. */
  send(text: string): void;
  /** Breaks all connections. */
  breakAll(): void;
  close(): void;
}

export async function startSocketServer(): Promise<SocketServer> {
  const sockets = new Set<Socket>();
  const waiting: (() => void)[] = [];
  const server = createServer().on('upgrade', ({ headers }, stream) => {
    const socket = stream as Socket;
    const accept = createHash('sha1').update(`${headers['sec-websocket-key']}${MAGIC}`).digest('base64');
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', () => waiting.splice(0).forEach((arrived) => arrived()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => new Promise((resolve) => void waiting.push(resolve)),
    send(text) {
      // a final frame of text, not masked
      const frame = Buffer.concat([Buffer.from([0x81, text.length]), Buffer.from(text)]);
      for (const socket of sockets) socket.write(frame);
    },
    breakAll: () => sockets.forEach((socket) => socket.destroy()),
    close() {
      sockets.forEach((socket) => socket.destroy());
      server.close();
    },
  };
}
