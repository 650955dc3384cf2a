import Rules

/// The settings from the files read so far. Every value is of its kind; nothing else is validated.
struct Draft {
    private(set) var host: TableDraft<HostSettings>?
    private(set) var disk: TableDraft<DiskSettings>?
    private(set) var records: TableDraft<RecordSettings>?
    private(set) var apps: [AppName: TableDraft<AppSettings>] = [:]

    private static let tables = [DiskSettings.header, RecordSettings.header, "apps"]

    /// Merges the next file; a key that it sets again replaces the earlier value.
    mutating func merge(_ fragment: Fragment) throws(SettingsError) {
        for entry in try fragment.entries(of: fragment.root) {
            switch entry.name {
            case DiskSettings.header:
                try Self.merge(entry, of: fragment, into: &disk)
            case RecordSettings.header:
                try Self.merge(entry, of: fragment, into: &records)
            case "apps":
                for app in try fragment.entries(of: entry) { try merge(app, of: fragment) }
            case let name where HostSettings.keys.contains { $0.text.name == name }:
                var host = self.host ?? TableDraft(HostSettings(), at: fragment.root.place)
                try host.merge([entry])
                self.host = host
            default:
                throw entry.unknown(among: HostSettings.keys.map(\.text.name) + Self.tables)
            }
        }
    }

    private static func merge<Table>(
        _ entry: Entry,
        of fragment: Fragment,
        into table: inout TableDraft<Table>?
    ) throws(SettingsError) {
        var merged = table ?? TableDraft(Table.defaults, at: entry.place)
        try merged.merge(fragment.entries(of: entry))
        table = merged
    }

    private mutating func merge(_ entry: Entry, of fragment: Fragment) throws(SettingsError) {
        let keys = try fragment.entries(of: entry)
        guard let name = AppName(entry.name) else {
            throw entry.place.error(
                "\(entry.name) is not a valid app name",
                "use 1 to 64 lower-case letters and digits, and between them - or a single _"
            )
        }
        try apps[name, default: TableDraft(AppSettings(unwritten: name), at: entry.place)].merge(keys)
    }
}

/// One table from the files read so far, and the place where each key was last set.
struct TableDraft<Table: SettingsTable> {
    private(set) var settings: Table
    private var places: [PartialKeyPath<Table>: Place] = [:]
    /// The place where the table first occurs.
    private let origin: Place

    init(_ defaults: Table, at origin: Place) {
        settings = defaults
        self.origin = origin
    }

    mutating func merge(_ entries: [Entry]) throws(SettingsError) {
        for entry in entries {
            guard let key = Table.keys.first(where: { $0.text.name == entry.name }) else {
                throw entry.unknown(among: Table.keys.map(\.text.name))
            }
            try key.read(entry, &settings)
            places[key.field] = entry.place
        }
    }

    func isWritten(_ field: PartialKeyPath<Table>) -> Bool { places[field] != nil }

    /// An error at the first of these keys that is written, or at the table if none is.
    func error(at fields: PartialKeyPath<Table>..., problem: String, hint: String) -> SettingsError {
        let written = fields.lazy.compactMap { places[$0] }.first
        let missing = fields.lazy.compactMap(Table.name).first.map(origin.missing)
        return (written ?? missing ?? origin).error(problem, hint)
    }
}
