import Docker
import Linux
import Rules
import SystemPackage

/// An override in a file for one command. The file is in memory, and only berth can read it.
struct PlacedOverride: Sendable {
    private let folder: FilePath
    fileprivate var file: FilePath { folder.appending("override.yaml") }

    init(_ override: ComposeOverride, in host: Host) throws(Failure) {
        do {
            folder = try File.makePrivateFolder(in: host.runtime, "override-")
        } catch {
            throw Self.unwritable(host.runtime, error)
        }
        do {
            try File.replace(file, with: override.text(), mode: .ownerReadWrite)
        } catch {
            remove()
            throw Self.unwritable(file, error)
        }
    }

    func remove() { File.removePrivateFolder(folder) }

    private static func unwritable(_ path: FilePath, _ error: any Error) -> Failure {
        Failure(
            .runtimeUnwritable,
            "\(path)",
            "cannot be written: \(error)",
            hint: "check that \(path.removingLastComponent()) belongs to user berth and has room"
        )
    }
}

extension Compose {
    /// The same with an override.
    func merging(_ override: PlacedOverride?) -> Compose {
        var compose = self
        compose.override = override?.file
        return compose
    }
}
