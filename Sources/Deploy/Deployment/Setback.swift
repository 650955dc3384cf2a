import Docker
import DockerModel
import Linux
import Rules

/// Why the story of a deployment ends before its last phase.
enum Setback: Error {
    case failed(Phase, Failure)
    /// The agent was told to stop.
    case interrupted(Phase)
}

extension Failure {
    /// The one place that turns the errors of rooms below into a sentence and a hint.
    package init(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as EngineError: self.init("\(error.subject): \(error.problem)", hint: error.hint)
        case let error as CommandError:
            // What a tool says last is mostly why it gave up.
            let last = error.lastLines.last { !$0.isEmpty }.map { ": \($0)" } ?? ""
            self.init("\(error.subject): \(error.problem)\(last)", hint: error.hint)
        case let error as ComposeModelError: self.init("\(error.subject): \(error.problem)", hint: error.hint)
        case let error as ClientConfigurationError: self.init("\(error.subject) \(error.problem)", hint: error.hint)
        case let error as PrivateConfigurationError: self.init("\(error.subject) \(error.problem)", hint: error.hint)
        case let error as ImageLockError: self.init("\(error.file) \(error.problem)", hint: error.hint)
        case let error as SettingsError: self.init("\(error.place)\(error.problem)", hint: error.hint)
        case let error as StoreError: self.init("\(error.path) \(error.problem)", hint: error.hint)
        default: self.init("\(error)", hint: "see the journal for what came before")
        }
    }
}
