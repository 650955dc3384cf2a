import Docker
import Linux
import Rules

/// The errors of the rooms below, as a person is to read them.
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
        if case .notStarted = reason { .commandMissing } else { .commandFailed }
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
    /// What a phase, which may throw anything, has thrown.
    package init(any error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as any Explained: self.init(error)
        default: self.init(.unexpected, "", "\(error)", hint: "see the journal for what came before")
        }
    }

    /// Why a command has failed that says so in its own word; without the program it says that.
    init(_ error: CommandError, of command: Cause) {
        self.init(error, as: error.cause == .commandMissing ? nil : command)
    }
}
