import Docker
import DockerModel
import Linux
import Rules
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

/// What the fragments say of the disk, before validation.
struct DiskInputs: Sendable {
    var `guard`: Located<Int>?
    var target: Located<Int>?
    var refuse: Located<Int>?
    var volumes: Located<DiskSettings.Volumes>?

    /// Takes over what a later fragment says.
    mutating func merge(_ later: DiskInputs) {
        `guard` = later.guard ?? `guard`
        target = later.target ?? target
        refuse = later.refuse ?? refuse
        volumes = later.volumes ?? volumes
    }
}

/// One file of the host's settings as it is written: known keys of the right type, nothing validated beyond that.
struct Fragment: Sendable {
    private(set) var disk = DiskInputs()
    private(set) var apps: [AppName: AppInputs] = [:]

    /// - Parameter file: names the file in errors; it is not read.
    init(parsing text: String, file: FilePath) throws(SettingsError) {
        let reader = try FragmentReader(text: text, file: file)
        let known = ["disk", "apps"]
        for name in reader.keys(of: []) where !known.contains(name) {
            throw reader.unknown([name], among: known)
        }
        disk = try Self.disk(reader)
        for name in try reader.tables(in: "apps") {
            guard let app = AppName(name) else {
                throw reader.error(
                    ["apps", name],
                    "\(name) cannot be an app's name",
                    "use 1 to 64 lower-case letters and digits, and between them - or a single _"
                )
            }
            apps[app] = try Self.app(at: ["apps", name], reader)
        }
    }

    private static func disk(_ reader: FragmentReader) throws(SettingsError) -> DiskInputs {
        var inputs = DiskInputs()
        for key in try reader.keys(ofTable: "disk") {
            let place = ["disk", key]
            switch key {
            case "guard": inputs.guard = try reader.number(place, in: 1...100)
            case "target": inputs.target = try reader.number(place, in: 0...99)
            case "refuse": inputs.refuse = try reader.number(place, in: 1...100)
            case "volumes": inputs.volumes = try reader.choice(place)
            default: throw reader.unknown(place, among: ["guard", "target", "refuse", "volumes"])
            }
        }
        return inputs
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
