import Glibc

/// A bound AF_UNIX datagram socket, in the role of systemd or journald.
final class DatagramSocket {
    struct Failure: Error {
        let call: String
        let errno: CInt
    }

    private let descriptor: CInt
    private let path: String

    /// Binds to `path`, which must be free.
    init(path: String) throws {
        self.path = path
        descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafeBytes(of: &address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) {
                bind(descriptor, $0.baseAddress, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0 else { throw Failure(call: "bind \(path)", errno: errno) }
    }

    deinit {
        close(descriptor)
        unlink(path)
    }

    /// The received datagrams; none is late, because a send returns when its datagram is queued.
    func received() -> [[UInt8]] {
        var datagrams: [[UInt8]] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, CInt(MSG_DONTWAIT))
            guard count >= 0 else { return datagrams }
            datagrams.append(Array(buffer[..<count]))
        }
    }
}
