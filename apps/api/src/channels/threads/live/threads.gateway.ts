import { THREADS_NAMESPACE } from '@app/contracts';
import { connectionRefusal, DescribedSocket } from '@app/common';
import { WebSocketGateway, type OnGatewayConnection, type OnGatewayInit } from '@nestjs/websockets';
import { THREADS_SOCKET } from './thread-broadcast.dto.js';
import { ThreadSocketsService, type ThreadNamespace, type ThreadSocket } from './thread-sockets.service.js';

/** The socket without a namespace of its own: it only sends, and takes no commands. */
@WebSocketGateway({ namespace: THREADS_NAMESPACE })
@DescribedSocket(THREADS_SOCKET)
export class ThreadsGateway implements OnGatewayInit<ThreadNamespace>, OnGatewayConnection<ThreadSocket> {
  constructor(private readonly sockets: ThreadSocketsService) {}

  afterInit(namespace: ThreadNamespace): void {
    this.sockets.attach(namespace);
    namespace.use((socket, next) => void this.admit(socket, next));
  }

  handleConnection(socket: ThreadSocket): Promise<void> {
    return this.sockets.open(socket);
  }

  private async admit(socket: ThreadSocket, next: (refusal?: Error) => void): Promise<void> {
    try {
      await this.sockets.admit(socket);
    } catch (error) {
      return next(connectionRefusal(error));
    }
    next();
  }
}
