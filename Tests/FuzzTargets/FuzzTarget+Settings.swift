import Deploy
import Rules
import SystemPackage
import Systemd

extension FuzzTarget {
    /// Settings are read, written anew, and read again; the form feed ends the first file.
    static let settings = FuzzTarget("settings") { bytes in
        let (first, second) = bytes.halves
        let texts: [(file: FilePath, text: String)] = [
            ("/etc/berth/berth.toml", first.text), ("/etc/berth/conf.d/a.toml", second.text),
        ]
        let settings: Settings
        do throws(SettingsError) {
            settings = try Settings(parsing: texts)
        } catch {
            return try checkError(error, texts)
        }
        try checkBounds(of: settings)
        for app in settings.apps.values { try checkApp(app) }
        try hold("files that are read twice say the same", try Settings(parsing: texts + texts) == settings)
        try hold(
            "settings that were written say the same",
            try Settings(parsing: [(texts[0].file, canonical(settings))]) == settings
        )
    }

    private static func checkError(_ error: SettingsError, _ texts: [(file: FilePath, text: String)]) throws {
        guard let text = texts.first(where: { $0.file == error.file })?.text else {
            throw Violation("does not hold: an error names a file")
        }
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).count
        try hold("an error names a line of the file", error.line.map { 1...lines ~= $0 } ?? true)
        try hold("an error says what is wrong", !error.problem.isEmpty)
    }

    private static func checkBounds(of settings: Settings) throws {
        let disk = settings.disk
        try hold(
            "limits are in order",
            0 <= disk.target && disk.target < disk.guard && disk.guard <= disk.refuse && disk.refuse <= 100
        )
        try hold("so many records stay", 10...1_000_000 ~= settings.records.keep)
        try hold(
            "metrics have an ending",
            settings.host.metrics.map { $0.isAbsolute && $0.extension == "prom" } ?? true
        )
        let folders = settings.apps.values.flatMap { Set([$0.directory, $0.spool, $0.backups]) }
        try hold("each app has its own folders", Set(folders).count == folders.count)
    }

    private static func checkApp(_ app: AppSettings) throws {
        for folder in [app.directory, app.spool, app.backups] {
            try hold("\(folder) is absolute and plain", folder.isAbsolute && folder.lexicallyNormalized() == folder)
        }
        try hold("an app is not in berth's own folders", !app.directory.starts(with: "/var/lib/berth"))
        try hold("so many releases stay", 0...100 ~= app.keep)
        try hold("a credential has two names", app.credential.user != app.credential.token)
        let names = [app.credential.user, app.credential.token] + (app.variables ?? [])
        try hold("variables can be exported", names.allSatisfy { DropParser.isExportable(Array($0.utf8)) })
        try hold("a program is absolute", app.notify.first?.hasPrefix("/") ?? true)
    }

    private static func canonical(_ settings: Settings) -> String {
        var lines = settings.host.metrics.map { ["metrics = \(quoted($0.string))"] } ?? []
        let disk = settings.disk
        lines += ["[disk]", "target = \(disk.target)", "guard = \(disk.guard)", "refuse = \(disk.refuse)"]
        lines += ["volumes = \(quoted(disk.volumes.rawValue))", "[records]", "keep = \(settings.records.keep)"]
        for (name, app) in settings.apps {
            lines += [
                "[apps.\(name)]", "directory = \(quoted(app.directory.string))", "spool = \(quoted(app.spool.string))",
            ]
            lines += ["backups = \(quoted(app.backups.string))", "registry = \(quoted(app.registry))"]
            lines += ["credential = \(list([app.credential.user, app.credential.token]))", "keep = \(app.keep)"]
            if let variables = app.variables { lines.append("variables = \(list(variables.sorted()))") }
            if let images = app.images { lines.append("images = \(list(images.map(\.text)))") }
            lines += ["readers = \(list(app.readers))", "notify = \(list(app.notify))"]
        }
        return lines.joined(separator: "\n")
    }

    private static func list(_ texts: [String]) -> String { "[" + texts.map(quoted).joined(separator: ", ") + "]" }

    /// A basic string of TOML.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            let isPlain = scalar.value >= 0x20 && scalar.value != 0x7F && scalar != "\"" && scalar != "\\"
            let digits = String(scalar.value, radix: 16)
            quoted += isPlain ? "\(scalar)" : "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
        }
        return quoted + "\""
    }
}
