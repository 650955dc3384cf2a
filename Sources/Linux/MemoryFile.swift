import CLinux
import Glibc
import SystemPackage

/// A file that is in memory alone (memfd_create(2)).
package enum MemoryFile {
    /// Makes one with this content, to be read from its beginning. It ends with its last descriptor.
    package static func holding(_ bytes: [UInt8], name: String) throws(Errno) -> FileDescriptor {
        let descriptor = memfd_create(name, closeOnExec)
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        let file = FileDescriptor(rawValue: descriptor)
        do throws(Errno) {
            try File.caught {
                try file.writeAll(bytes)
                try file.seek(offset: 0, from: .start)
            }
        } catch {
            try? file.close()
            throw error
        }
        return file
    }

    /// `MFD_CLOEXEC`.
    private static let closeOnExec: CUnsignedInt = 1
}
