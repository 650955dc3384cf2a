import CLinux
import Glibc
import SystemPackage

/// A file that is in memory alone (memfd_create(2)).
package enum MemoryFile {
    /// Makes one with this content, to be read from its beginning. Nothing can change it any more (F_ADD_SEALS in
    /// fcntl(2)), and it ends with its last descriptor.
    package static func holding(_ bytes: [UInt8], name: String) throws(Errno) -> FileDescriptor {
        let descriptor = memfd_create(name, closeOnExec | allowSealing)
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        let file = FileDescriptor(rawValue: descriptor)
        do throws(Errno) {
            try File.caught {
                try file.writeAll(bytes)
                try file.seek(offset: 0, from: .start)
                guard fcntl(file.rawValue, addSeals, allSeals) == 0 else { throw Errno(rawValue: errno) }
            }
        } catch {
            try? file.close()
            throw error
        }
        return file
    }

    /// `MFD_CLOEXEC`.
    private static let closeOnExec: CUnsignedInt = 1
    /// `MFD_ALLOW_SEALING`.
    private static let allowSealing: CUnsignedInt = 2
    /// `F_ADD_SEALS`.
    private static let addSeals: CInt = 1033
    /// `F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE`.
    private static let allSeals: CInt = 15
}
