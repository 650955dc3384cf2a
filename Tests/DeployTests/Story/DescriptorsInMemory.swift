import Linux
import Synchronization
import SystemPackage
import Systemd

/// A service manager's file descriptor store, which the tests can look into.
final class DescriptorsInMemory: DescriptorStore {
    private let kept: Mutex<[String: [UInt8]]>

    /// - Parameter kept: what an earlier process has stored.
    init(_ kept: [String: [UInt8]] = [:]) { self.kept = Mutex(kept) }

    var contents: [String: [UInt8]] { kept.withLock { $0 } }

    func inherited() -> [(name: String, descriptor: FileDescriptor)] {
        contents.sorted { $0.key < $1.key }.compactMap { name, bytes in
            (try? MemoryFile.holding(bytes, name: name)).map { (name, $0) }
        }
    }

    func keep(_ descriptor: FileDescriptor, as name: String) {
        let bytes = (try? File.read(descriptor, limit: .max)) ?? []
        kept.withLock { $0[name] = bytes }
    }

    func forget(_ name: String) {
        kept.withLock { _ = $0.removeValue(forKey: name) }
    }

    func barrier() throws(Errno) -> FileDescriptor? {
        guard let ends = try? FileDescriptor.pipe() else { throw .tooManyOpenFiles }
        try? ends.writeEnd.close()
        return ends.readEnd
    }
}
