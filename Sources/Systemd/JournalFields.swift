import Logging

extension Journal {
    /// The longest name that the journal keeps, in bytes.
    private static let longestFieldName = 64

    /// Whether the journal accepts `name` from a program: `A-Z`, `0-9` and `_`, a letter first, at most 64 bytes
    /// (sd_journal_print(3), systemd.journal-fields(7)).
    package static func isFieldName(_ name: String) -> Bool {
        guard let first = name.unicodeScalars.first, first.isCapital else { return false }
        return name.utf8.count <= longestFieldName && name.unicodeScalars.allSatisfy(\.isFieldScalar)
    }

    /// The field for a metadata key: `imageTag` → `<prefix>IMAGE_TAG`; a key that is a field name stays as it is.
    ///
    /// A character that a field name must not have becomes an underscore; the end of an overlong name is cut off.
    package static func fieldName(for key: String, prefix: String) -> String {
        guard !isFieldName(key) else { return key }
        var name = prefix
        var wordMayEnd = false
        for scalar in key.unicodeScalars {
            if wordMayEnd, scalar.isCapital { name += "_" }
            let capital = scalar.isSmall ? scalar.properties.uppercaseMapping : String(scalar)
            name += scalar.isSmall || scalar.isFieldScalar ? capital : "_"
            wordMayEnd = scalar.isSmall || scalar.isDigit
        }
        return String(name.prefix(longestFieldName))
    }
}

extension Unicode.Scalar {
    fileprivate var isCapital: Bool { ("A"..."Z").contains(self) }
    fileprivate var isSmall: Bool { ("a"..."z").contains(self) }
    fileprivate var isDigit: Bool { ("0"..."9").contains(self) }
    fileprivate var isFieldScalar: Bool { isCapital || isDigit || self == "_" }
}

extension Logger.Level {
    /// The level on syslog's scale, the journal's `PRIORITY`: 7 is the least urgent (syslog(3)).
    var journalPriority: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}

extension Logger.MetadataValue {
    /// The value for people: `a, b` for an array, `x=1, y=2` for a dictionary, with brackets around nested values.
    var journalText: String {
        switch self {
        case .string(let text): text
        case .stringConvertible(let value): value.description
        case .array(let values): values.map(\.nestedText).joined(separator: ", ")
        case .dictionary(let values):
            values.sorted { $0.key < $1.key }.map { "\($0)=\($1.nestedText)" }.joined(separator: ", ")
        }
    }

    private var nestedText: String {
        switch self {
        case .string, .stringConvertible: journalText
        case .array: "[\(journalText)]"
        case .dictionary: "{\(journalText)}"
        }
    }
}
