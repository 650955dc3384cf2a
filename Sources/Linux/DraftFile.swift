import Glibc
import Synchronization
import SystemPackage

/// A new file that has a temporary name until it is whole, so that no reader takes a part for the whole.
///
/// It is closed once, with the last reference to it, because the number of its descriptor belongs to another file from then
/// on. If it was not published, it is removed too.
package final class DraftFile: Sendable {
    /// The final name.
    package let path: FilePath
    /// Open as long as there is a reference to the draft.
    package let descriptor: FileDescriptor
    private let draft: String
    private let isPublished = Atomic(false)

    /// Creates the file; its owner alone may read it.
    package init(_ path: FilePath) throws(Errno) {
        self.path = path
        let name = path.lastComponent?.string ?? ""
        let draft = path.removingLastComponent().appending(Self.prefix + name + Self.suffix).string
        self.draft = draft
        unlink(draft)
        descriptor = try File.caught {
            try FileDescriptor.open(
                FilePath(draft),
                .readWrite,
                options: [.create, .exclusiveCreate, .closeOnExec, .noFollow],
                permissions: .ownerReadWrite
            )
        }
    }

    deinit {
        if !isPublished.load(ordering: .relaxed) { unlink(draft) }
        try? descriptor.close()
    }

    /// The size so far, in bytes.
    package func size() throws(Errno) -> Int64 {
        var status = stat()
        guard fstat(descriptor.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
        return Int64(status.st_size)
    }

    /// Calls `body` with the bytes so far, piece by piece.
    package func read(_ body: (ArraySlice<UInt8>) -> Void) throws(Errno) {
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        var offset: Int64 = 0
        while true {
            let count = try File.caught {
                try chunk.withUnsafeMutableBytes { try descriptor.read(fromAbsoluteOffset: offset, into: $0) }
            }
            if count == 0 { return }
            body(chunk[..<count])
            offset += Int64(count)
        }
    }

    /// Why nothing more can be written, such as a full disk; nil if something can. It spoils the draft.
    package func trouble() -> Errno? {
        do throws(Errno) {
            try File.caught { try descriptor.writeAll([UInt8](repeating: 0, count: 64 * 1024)) }
            return nil
        } catch {
            return error
        }
    }

    /// Gives the file its final name; it is on the disk when this returns.
    package func publish() throws(Errno) {
        try File.publish(descriptor, draft, as: path.string)
        isPublished.store(true, ordering: .relaxed)
    }

    /// Replaces a file by way of a draft, with these permissions whatever the umask; a power failure may lose it.
    package static func replace(_ path: FilePath, with bytes: [UInt8], mode: FilePermissions) throws(Errno) {
        let file = try DraftFile(path)
        try File.caught { try file.descriptor.writeAll(bytes) }
        guard fchmod(file.descriptor.rawValue, mode.rawValue) == 0, rename(file.draft, path.string) == 0 else {
            throw Errno(rawValue: errno)
        }
        file.isPublished.store(true, ordering: .relaxed)
    }

    /// Removes the drafts that an earlier process left in a folder.
    package static func removeLeftovers(in folder: FilePath) {
        for name in (try? File.names(in: folder)) ?? [] where name.hasPrefix(prefix) && name.hasSuffix(suffix) {
            unlink(folder.appending(name).string)
        }
    }

    private static let prefix = "."
    private static let suffix = ".part"
}
