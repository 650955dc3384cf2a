import NIOCore
import NIOHTTP1

/// Splits a response into its head, which fulfils a promise, and its body, which is passed on as bytes.
///
/// A truncated response arrives as an error, never as a shorter body.
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
        // Only the first error counts.
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
