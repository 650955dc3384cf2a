import Glibc
import NIOCore
import NIOPosix
import SystemPackage

/// What happens in watched folders (inotify(7)), on an event loop.
package struct Inotify: Sendable {
    package struct Event: Equatable, Sendable {
        /// The watch; negative if the kernel has dropped events.
        package let watch: CInt
        /// The name in the folder; empty for an event of the folder itself.
        package let name: String
    }

    private let descriptor: CInt
    private let channel: NIOAsyncChannel<ByteBuffer, Never>

    package init(on eventLoop: any EventLoop) async throws {
        let descriptor = inotify_init1(CInt(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        self.descriptor = descriptor
        channel = try await NIOPipeBootstrap(group: eventLoop)
            // A read that is too small for the next event fails (inotify(7)), so the buffer's size must not adapt.
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 16 * 1024))
            .takingOwnershipOfDescriptor(input: descriptor) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                }
            }
    }

    /// Watches a folder, or adds to what is watched of it.
    ///
    /// - Returns: the watch, which is the same for the same folder.
    package func add(_ folder: FilePath, _ mask: UInt32) throws(Errno) -> CInt {
        let watch = inotify_add_watch(descriptor, folder.string, mask)
        guard watch >= 0 else { throw Errno(rawValue: errno) }
        return watch
    }

    package func remove(_ watch: CInt) { inotify_rm_watch(descriptor, watch) }

    /// Calls `take` with the events of each read, until the task is cancelled or `take` returns false. It can run once.
    package func run(_ take: ([Event]) async throws -> Bool) async throws {
        try await channel.executeThenClose { inbound in
            for try await var buffer in inbound {
                var events: [Event] = []
                while let event = buffer.readInotifyEvent() { events.append(event) }
                guard try await take(events) else { return }
            }
        }
    }
}

extension ByteBuffer {
    fileprivate mutating func readInotifyEvent() -> Inotify.Event? {
        guard
            let (watch, _, _, length) = readMultipleIntegers(
                endianness: .host,
                as: (CInt, UInt32, UInt32, UInt32).self
            ),
            let name = readSlice(length: Int(length))
        else { return nil }
        return Inotify.Event(
            watch: watch,
            name: String(decoding: name.readableBytesView.prefix { $0 != 0 }, as: UTF8.self)
        )
    }
}
