import NIOCore
import NIOHTTP1

/// Splits an answer into its head, which a promise gets, and its body, which goes on as bytes.
///
/// An answer that ends early arrives as an error, never as a shorter body.
final class ResponseHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = ByteBuffer

    private let head: EventLoopPromise<HTTPResponseHead>
    private var isComplete = false

    init(head: EventLoopPromise<HTTPResponseHead>) {
        self.head = head
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head.succeed(head)
        case .body(let buffer):
            context.fireChannelRead(wrapInboundOut(buffer))
        case .end:
            isComplete = true
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // After the first error nothing that follows can be trusted, nor is it news.
        guard !isComplete else { return }
        isComplete = true
        head.fail(error)
        context.fireErrorCaught(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        errorCaught(context: context, error: Disconnected())
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        head.fail(Disconnected())
    }
}
