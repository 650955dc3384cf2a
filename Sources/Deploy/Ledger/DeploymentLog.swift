import Logging
import Rules

/// The journal lines of one deployment: each begins with the deployment's name and carries its fields.
struct DeploymentLog: Sendable {
    /// `shop #12`.
    let name: String
    private(set) var log: Logger

    init(_ log: Logger, app: AppName, number: Int, request: String?) {
        name = "\(app) #\(number)"
        self.log = log
        self[.app] = "\(app)"
        self[.deployment] = "\(number)"
        self[.request] = request
    }

    /// For work on an app outside a deployment.
    init(_ log: Logger, app: AppName) {
        name = "\(app)"
        self.log = log
        self[.app] = "\(app)"
    }

    private subscript(field: JournalField) -> String? {
        get { log[metadataKey: field.rawValue].map { "\($0)" } }
        set { log[metadataKey: field.rawValue] = newValue.map { "\($0)" } }
    }

    /// The same with one more field.
    func with(_ field: JournalField, _ value: String) -> DeploymentLog {
        var copy = self
        copy[field] = value
        return copy
    }

    func debug(_ text: String) { say(.debug, text) }
    func info(_ text: String) { say(.info, text) }
    func notice(_ text: String) { say(.notice, text) }
    func warning(_ text: String) { say(.warning, text) }
    func error(_ text: String) { say(.error, text) }

    func event(_ event: JournalEvent, _ text: String, _ fields: [JournalField: String] = [:]) {
        log.log(event, "\(name): \(text)", Logger.Metadata(fields))
    }

    func say(_ level: Logger.Level, _ text: String) {
        log.log(level: level, "\(name): \(text)")
    }
}
