import Linux
import SystemPackage

/// The files of the settings: `berth.toml`, then `conf.d/*.toml` beside it, in name order. If a key is set twice, the
/// last one wins.
package struct HostFile: Sendable {
    package let path: FilePath

    package init(_ path: FilePath = "/etc/berth/berth.toml") {
        self.path = path
    }

    /// Reads and validates all files; a missing `berth.toml` or `conf.d` counts as empty.
    package func load() throws(SettingsError) -> Settings {
        var draft = Draft()
        for file in try fragments() {
            guard let text = try Self.read(file) else { continue }
            try draft.merge(Fragment(parsing: text, file: file))
        }
        return try Settings(validating: draft)
    }

    private func fragments() throws(SettingsError) -> [FilePath] {
        let folder = path.removingLastComponent().appending("conf.d")
        let names: [String]
        do {
            names = try File.names(in: folder)
        } catch .noSuchFileOrDirectory {
            return [path]
        } catch {
            throw Self.unreadable(folder, error, hint: "user berth must be able to list it (chmod 0755)")
        }
        let fragments = names.filter { $0.hasSuffix(".toml") && !$0.hasPrefix(".") }.sorted()
        return [path] + fragments.map { folder.appending($0) }
    }

    private static func read(_ file: FilePath) throws(SettingsError) -> String? {
        do {
            return String(decoding: try File.read(file), as: UTF8.self)
        } catch .noSuchFileOrDirectory {
            return nil
        } catch {
            throw unreadable(file, error, hint: "user berth must be able to read it (chmod 0644)")
        }
    }

    private static func unreadable(_ path: FilePath, _ error: Errno, hint: String) -> SettingsError {
        Place(file: path).error("cannot be read: \(error)", hint)
    }
}
