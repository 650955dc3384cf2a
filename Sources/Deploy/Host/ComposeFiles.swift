import Glibc
import SystemPackage

/// The Compose files of a project folder.
enum ComposeFiles {
    /// The existing files, overrides too, under the names that Compose uses (Compose reference, "The Compose file").
    static func paths(in folder: FilePath) -> [FilePath] {
        let stems = ["compose", "docker-compose", "compose.override", "docker-compose.override"]
        let names = stems.flatMap { ["\($0).yaml", "\($0).yml"] }
        return names.map { folder.appending($0) }.filter { access($0.string, F_OK) == 0 }
    }
}
