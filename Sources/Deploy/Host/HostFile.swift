import Linux
import Rules
import SystemPackage

/// The files of the settings: `berth.toml`, then `conf.d/*.toml` beside it, in name order. If a key is set twice, the
/// last one wins.
package struct HostFile: Sendable {
    package let path: FilePath

    package init(_ path: FilePath = "/etc/berth/berth.toml") {
        self.path = path
    }

    /// Reads and validates all files; a missing `berth.toml` or `conf.d` counts as empty.
    ///
    /// - Parameter new: a file that is not there yet, with its text.
    package func load(with new: (file: FilePath, text: String)? = nil) throws(SettingsError) -> Settings {
        let fragments = try fragments()
        let all =
            fragments.prefix(1)
            + (fragments.dropFirst() + [new?.file].compactMap { $0 }).sorted { $0.string < $1.string }
        var texts: [(file: FilePath, text: String)] = []
        for file in all {
            guard let text = try file == new?.file ? new?.text : Self.read(file) else { continue }
            texts.append((file, text))
        }
        return try Settings(parsing: texts)
    }

    /// The files and the folder that exist, as far as they can be listed.
    var files: [FilePath] {
        ((try? fragments()) ?? [path]) + [fragmentFolder]
    }

    /// The file for the settings of one app.
    package func fragment(of app: AppName) -> FilePath { fragmentFolder.appending("\(app).toml") }

    private var fragmentFolder: FilePath { path.removingLastComponent().appending("conf.d") }

    private func fragments() throws(SettingsError) -> [FilePath] {
        let folder = fragmentFolder
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

extension Settings {
    /// Parses and validates texts in their order; a key that a later one sets again replaces the earlier value.
    package init(parsing texts: [(file: FilePath, text: String)]) throws(SettingsError) {
        var draft = Draft()
        for (file, text) in texts { try draft.merge(Fragment(parsing: text, file: file)) }
        try self.init(validating: draft)
    }
}
