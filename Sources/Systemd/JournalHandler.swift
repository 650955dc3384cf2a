import Logging

/// The swift-log backend that writes to the ``Journal``: metadata become fields that `journalctl` can match.
///
/// A key `imageTag` becomes the field `<prefix>IMAGE_TAG`. A key that is already a field name (`MESSAGE_ID`) stays as
/// it is, and replaces the handler's own field of that name.
package struct JournalHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    package var logLevel: Logger.Level = .info

    private let identifier: String
    private let fieldPrefix: String

    /// Creates a handler for one program.
    ///
    /// - Parameters:
    ///   - identifier: The program's name, for `journalctl --identifier`.
    ///   - fieldPrefix: The prefix of the program's own fields; itself a valid field name, such as `SHOP_`.
    package init(identifier: String, fieldPrefix: String) {
        precondition(Journal.isFieldName(fieldPrefix), "\(fieldPrefix) cannot begin the name of a journal field")
        self.identifier = identifier
        self.fieldPrefix = fieldPrefix
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        Journal.send(fields(of: event))
    }

    /// The entry that `event` becomes: the journal's well-known fields, then the metadata, sorted by name.
    ///
    /// The event's metadata override the provider's, and the provider's override the handler's.
    func fields(of event: LogEvent) -> [Journal.Field] {
        var facts = metadata
        if let provided = metadataProvider?.get() { facts.merge(provided) { $1 } }
        if let own = event.metadata { facts.merge(own) { $1 } }
        if let error = event.error { facts["error"] = "\(error)" }

        let given = facts.map { key, value in
            (name: Journal.fieldName(for: key, prefix: fieldPrefix), value: value.journalText)
        }
        let wellKnown: [Journal.Field] = [
            ("MESSAGE", event.message.description.printable),
            ("PRIORITY", String(event.level.journalPriority)),
            ("SYSLOG_IDENTIFIER", identifier),
            ("CODE_FILE", event.file),
            ("CODE_LINE", String(event.line)),
            ("CODE_FUNC", event.function),
        ]
        let names = Set(given.map(\.name))
        return wellKnown.filter { !names.contains($0.name) } + given.sorted { $0 < $1 }
    }
}
