import SystemPackage
import TOMLKit

/// A value of a fragment, and where it stands.
struct Located<Value: Sendable>: Sendable {
    let value: Value
    let file: FilePath
    let line: Int?
    let key: String
}

/// What the fragments say of one app, before validation.
struct AppInputs: Sendable {
    var directory: Located<FilePath>?
    var spool: Located<FilePath>?
    var registry: Located<String>?
    var variables: Located<[String]>?
    var keep: Located<Int>?
    /// Where the app was named first.
    var origin: Located<Void>?

    /// Takes over what a later fragment says.
    mutating func merge(_ later: AppInputs) {
        directory = later.directory ?? directory
        spool = later.spool ?? spool
        registry = later.registry ?? registry
        variables = later.variables ?? variables
        keep = later.keep ?? keep
        origin = origin ?? later.origin
    }
}

/// One file of the host's settings as it is written: known keys of the right type, nothing validated beyond that.
struct Fragment: Sendable {
    private(set) var apps: [AppName: AppInputs] = [:]

    /// - Parameter file: names the file in errors; it is not read.
    init(parsing text: String, file: FilePath) throws(SettingsError) {
        let reader = try FragmentReader(text: text, file: file)
        for name in reader.keys(of: []) {
            guard name == "apps" else { throw reader.unknown([name], among: ["apps"]) }
        }
        for name in try reader.tables(in: "apps") {
            guard let app = AppName(name) else {
                throw reader.error(
                    ["apps", name],
                    "\(name) cannot be an app's name",
                    "use 1 to 64 lower-case letters, digits, - and _, beginning with a letter or digit"
                )
            }
            apps[app] = try Self.app(at: ["apps", name], reader)
        }
    }

    private static func app(at path: [String], _ reader: FragmentReader) throws(SettingsError) -> AppInputs {
        var inputs = AppInputs()
        inputs.origin = reader.located((), path)
        for key in reader.keys(of: path) {
            let place = path + [key]
            switch key {
            case "directory": inputs.directory = try reader.path(place)
            case "spool": inputs.spool = try reader.path(place)
            case "registry": inputs.registry = try reader.string(place)
            case "variables": inputs.variables = try reader.strings(place)
            case "keep": inputs.keep = try reader.number(place, in: 0...100)
            default: throw reader.unknown(place, among: ["directory", "spool", "registry", "variables", "keep"])
            }
        }
        return inputs
    }
}
