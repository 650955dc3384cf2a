import Docker
import DockerModel
import Glibc
import Linux
import Rules
import SystemPackage
import TOMLKit

extension Usage {
    /// Measures every filesystem that matters (statvfs(3)): the root, and those with the Engine's data.
    ///
    /// - Throws: if one of them cannot be read, because any decision needs all of them.
    static func measured(_ engine: EngineInfo) throws(Failure) -> Usage {
        var places: [Place] = [Place(path: "/", holds: [])]
        if engine.isContainerdImageStore, let root = containerdRoot {
            places += [
                Place(path: FilePath(engine.rootDirectory), holds: [.volumes]), Place(path: root, holds: [.images]),
            ]
        } else {
            places += [Place(path: FilePath(engine.rootDirectory), holds: [.images, .volumes])]
        }
        // Folders on the same filesystem are merged; the first folder names it.
        var devices: [dev_t: Int] = [:]
        var distinct: [Place] = []
        for place in places {
            let device = try device(of: place.path)
            if let index = devices[device] {
                distinct[index].holds.formUnion(place.holds)
            } else {
                devices[device] = distinct.count
                distinct.append(place)
            }
        }
        return try Usage(distinct.map { place throws(Failure) in try Filesystem(measuring: place.path, place.holds) })
    }

    private struct Place {
        let path: FilePath
        var holds: Set<Filesystem.Content>
    }

    private static func device(of path: FilePath) throws(Failure) -> dev_t {
        var status = stat()
        guard stat(path.string, &status) == 0 else { throw .unreadable(path, Errno(rawValue: errno)) }
        return status.st_dev
    }

    /// The folder in which the host's containerd keeps images, from its configuration; nil if Docker runs its own
    /// containerd, which keeps them in Docker's root folder.
    private static var containerdRoot: FilePath? {
        let text = (try? File.read("/etc/containerd/config.toml")).map { String(decoding: $0, as: UTF8.self) }
        let table = text.flatMap { SyntaxCheck.fault(in: $0) == nil ? try? TOMLTable(string: $0) : nil }
        let configured = table?["root"]?.string
        let root = FilePath(configured ?? "/var/lib/containerd")
        return access(root.string, F_OK) == 0 || errno != ENOENT ? root : nil
    }
}

extension Filesystem {
    /// Measures the filesystem that a folder is on (statvfs(3)).
    init(measuring path: FilePath, _ holds: Set<Content> = []) throws(Failure) {
        var status = statvfs()
        guard statvfs(path.string, &status) == 0 else { throw .unreadable(path, Errno(rawValue: errno)) }
        let block = Int64(clamping: status.f_frsize)
        // Some network filesystems report meaningless numbers.
        let isCounted = status.f_files > 0 && status.f_ffree <= status.f_files
        self.init(
            path: path.string,
            holds: holds,
            space: Amount(
                used: Self.bounded(Int64(clamping: status.f_blocks) - Int64(clamping: status.f_bfree), block),
                available: Self.bounded(Int64(clamping: status.f_bavail), block)
            ),
            inodes: isCounted
                ? Amount(
                    used: Self.bounded(Int64(clamping: status.f_files - status.f_ffree)),
                    available: Self.bounded(Int64(clamping: status.f_favail))
                )
                : nil
        )
    }

    /// Bounded so that a percentage does not overflow.
    private static func bounded(_ count: Int64, _ size: Int64 = 1) -> Int64 {
        let (amount, isTooLarge) = max(count, 0).multipliedReportingOverflow(by: size)
        return isTooLarge ? .max / 1000 : min(amount, .max / 1000)
    }
}

extension Failure {
    fileprivate static func unreadable(_ path: FilePath, _ error: Errno) -> Failure {
        Failure(
            .usageUnreadable,
            "how full the disk at \(path) is",
            "cannot be read: \(error)",
            hint: "user berth must be able to search the folders above it"
        )
    }
}
