import Glibc
import SystemPackage
import Systemd
import Testing

extension ProcessEnvironment {
    @Suite struct ServiceDescriptorsTests {
        private let store = ServiceDescriptors()

        @Test func aDescriptorIsStoredAndForgottenByItsName() throws {
            let path = "/tmp/systemd-tests-\(getpid()).socket"
            let socket = try DatagramSocket(path: path)
            let null = try FileDescriptor.open("/dev/null", .readOnly)
            defer { try? null.close() }
            ProcessEnvironment.with(["NOTIFY_SOCKET": path]) {
                store.keep(null, as: "shop.2")
                store.forget("shop.2")
            }
            let told = socket.received().map { String(decoding: $0, as: UTF8.self) }
            #expect(told == ["FDSTORE=1\nFDPOLL=0\nFDNAME=shop.2", "FDSTOREREMOVE=1\nFDNAME=shop.2"])
        }

        /// Its end comes with the last copy of the writing end, which the manager gets and closes.
        @Test func aBarrierPassesWhenTheManagerHasReadIt() throws {
            let path = "/tmp/systemd-tests-\(getpid()).socket"
            let socket = try DatagramSocket(path: path)
            var barrier: FileDescriptor?
            try ProcessEnvironment.with(["NOTIFY_SOCKET": path]) { barrier = try store.barrier() }
            let pipe = try #require(barrier)
            defer { try? pipe.close() }
            #expect(!hasEnd(pipe))
            #expect(socket.received() == [Array("BARRIER=1".utf8)])
            #expect(hasEnd(pipe))
        }

        private func hasEnd(_ pipe: FileDescriptor) -> Bool {
            var asked = pollfd(fd: pipe.rawValue, events: Int16(POLLIN), revents: 0)
            return poll(&asked, 1, 0) == 1 && asked.revents & Int16(POLLHUP) != 0
        }

        @Test func withoutAManagerThereIsNoBarrier() throws {
            try ProcessEnvironment.with(["NOTIFY_SOCKET": nil]) {
                let barrier = try store.barrier()
                #expect(barrier == nil)
            }
        }

        @Test func whatWasStoredComesWithItsName() throws {
            // The descriptors after standard error are those that count, and must be open.
            let open = try (0..<3).map { _ in try FileDescriptor.open("/dev/null", .readOnly) }
            defer { for descriptor in open { try? descriptor.close() } }
            let variables = ["LISTEN_PID": "\(getpid())", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "shop.2:cms.7"]
            ProcessEnvironment.with(variables) {
                let found = store.inherited()
                #expect(found.map(\.name) == ["shop.2", "cms.7"])
                #expect(found.map(\.descriptor.rawValue) == [3, 4])
            }
            // They are for another process.
            ProcessEnvironment.with(variables.merging(["LISTEN_PID": "1"]) { $1 }) {
                #expect(store.inherited().isEmpty)
            }
        }
    }
}
