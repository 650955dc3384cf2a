import Glibc
import Linux
import SystemPackage

/// The Compose files of a project folder.
enum ComposeFiles {
    /// The existing files, overrides too, under the names that Compose uses (Compose reference, "The Compose file").
    static func paths(in folder: FilePath) -> [FilePath] {
        let stems = ["compose", "docker-compose", "compose.override", "docker-compose.override"]
        let names = stems.flatMap { ["\($0).yaml", "\($0).yml"] }
        return names.map { folder.appending($0) }.filter { access($0.string, F_OK) == 0 }
    }

    /// The app's Compose file, byte for byte, if it stands alone; nil if it may need other Compose files.
    static func only(of app: AppSettings) -> [UInt8]? {
        guard let text = single(of: app).flatMap({ try? File.read($0) }) else { return nil }
        return needsOthers(text) ? nil : text
    }

    /// The app's Compose file, if there is one alone and `.env` names no other.
    static func single(of app: AppSettings) -> FilePath? {
        let files = paths(in: app.directory)
        return files.count == 1 && !app.namesComposeFiles ? files[0] : nil
    }

    /// Whether Compose may read other Compose files for this one. A word in a comment only leads to the longer way.
    private static func needsOthers(_ text: [UInt8]) -> Bool {
        let words = String(decoding: text, as: UTF8.self).split { !$0.isLetter }
        return words.contains("include") || words.contains("extends")
    }

    /// Those of them that Compose reads if no variable names others: the first of each kind (compose-go,
    /// `DefaultFileNames` and `DefaultOverrideFileNames`).
    static func chosen(in folder: FilePath) -> [FilePath] {
        let files = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"]
        let overrides = [
            "compose.override.yml", "compose.override.yaml", "docker-compose.override.yml",
            "docker-compose.override.yaml",
        ]
        let present = Set(paths(in: folder))
        return [files, overrides].compactMap { names in
            names.map { folder.appending($0) }.first(where: present.contains)
        }
    }
}
