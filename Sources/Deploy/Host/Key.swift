import Rules

/// A table of the settings, with every key that it may hold.
protocol SettingsTable: Sendable {
    /// The table's name in TOML; if several such tables can exist, an example. Empty for the keys above all tables.
    static var header: String { get }
    static var help: String { get }
    static var keys: [Key<Self>] { get }
    /// The settings of an empty table.
    static var defaults: Self { get }
}

extension SettingsTable {
    static var text: TableText { TableText(header: header, help: help, keys: keys.map(\.text)) }

    static func name(of field: PartialKeyPath<Self>) -> String? {
        keys.first { $0.field == field }?.text.name
    }
}

/// One key of a table: its name, its kind, its default, its help, and the field that it sets.
struct Key<Table: SettingsTable>: Sendable {
    let text: KeyText
    let field: any PartialKeyPath<Table> & Sendable
    let read: @Sendable (Entry, inout Table) throws(SettingsError) -> Void

    /// The default is the field's value in `Table.defaults`.
    ///
    /// - Parameter example: for a key without a default.
    init<Value>(
        _ name: String,
        _ field: any WritableKeyPath<Table, Value> & Sendable,
        _ kind: Kind<Value>,
        example: Value? = nil,
        help: String
    ) {
        let value = kind.toml(example ?? Table.defaults[keyPath: field])
        text = KeyText(name: name, kind: kind.words, help: help, value: value, isDefault: example == nil)
        self.field = field
        read = { entry, table throws(SettingsError) in table[keyPath: field] = try kind.read(entry) }
    }
}
