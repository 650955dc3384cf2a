import Glibc
import Linux
import Rules
import SystemPackage

/// Unpacks an archive as the Engine does: an entry replaces what has its name, and a folder that is there is filled.
///
/// - Parameter isTorn: stops after half of the entries.
func unpackArchive(_ archive: [UInt8], in folder: FilePath, isTorn: Bool = false) throws {
    let entries = try Tar.decode(archive)
    for entry in entries.prefix(isTorn ? entries.count / 2 : entries.count) {
        let path = folder.appending(entry.path.description)
        var status = stat()
        let isThere = lstat(path.string, &status) == 0
        if isThere, !(entry.isFolder && status.st_mode & S_IFMT == S_IFDIR) { remove(path) }
        switch entry.content {
        case .folder: mkdir(path.string, entry.mode)
        case .file(let bytes): try File.replace(path, with: bytes, mode: FilePermissions(rawValue: entry.mode))
        case .link(let target): symlink(target, path.string)
        }
    }
}

private func remove(_ path: FilePath) {
    guard unlink(path.string) != 0 else { return }
    for name in (try? File.names(in: path)) ?? [] { remove(path.appending(name)) }
    rmdir(path.string)
}
