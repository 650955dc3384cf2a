import Docker
import Linux
import Rules

/// The errors of the lower modules, explained for people.
extension EngineError: Explained {
    package var cause: Cause {
        switch self {
        case .unreachable, .disconnected, .timedOut, .cancelled: .engineUnreachable
        case .unsupported: .engineTooOld
        case .refused, .unintelligible, .tooLarge: .engineFailed
        case .wrongCredential: .credentialRefused
        case .registryTrouble: .registryUnreachable
        }
    }
}

extension CommandError: Explained {
    package var cause: Cause {
        if case .notStarted = reason { .commandNotStarted } else { .commandFailed }
    }
}

extension ComposeModelError: Explained {
    package var cause: Cause { .composeInvalid }
}

extension ClientConfigurationError: Explained {
    package var cause: Cause { .dockerConfigInvalid }
}

extension PrivateConfigurationError: Explained {
    package var cause: Cause { .runtimeUnwritable }
}

extension Failure {
    /// Wraps any error that a phase threw.
    package init(any error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as any Explained: self.init(error)
        default: self.init(.unexpected, "", "\(error)", hint: "see the lines before this one in the journal")
        }
    }

    /// Wraps a command's error with its own cause, unless the program is missing.
    init(_ error: CommandError, of command: Cause) {
        self.init(error, as: error.cause == .commandNotStarted ? nil : command)
    }

    /// Wraps the error of a command that renders a Compose file; one that was cut short says nothing about the file.
    init(rendering error: CommandError) {
        self.init(error, of: error.isCutShort ? .commandFailed : .composeInvalid)
    }
}
