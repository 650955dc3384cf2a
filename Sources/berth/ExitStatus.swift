import Deploy
import Glibc
import Rules

/// The one place that says what exit codes mean: verdicts have their own, the rest is as in sysexits.h.
struct ExitStatus: Equatable {
    let code: CInt

    static let success = ExitStatus(code: EX_OK)
    /// Not everything that was asked for could be done.
    static let incomplete = ExitStatus(code: 1)
    /// What was looked for was found: something could fail.
    static let found = ExitStatus(code: 1)
    /// Another process does the same.
    static let inUse = ExitStatus(code: EX_TEMPFAIL)
    /// The time was over before there was a verdict.
    static let noVerdict = ExitStatus(code: EX_TEMPFAIL)
    static let software = ExitStatus(code: EX_SOFTWARE)
    /// As a shell says it of a command that was interrupted.
    static let interrupted = ExitStatus(code: 128 + SIGINT)
}

extension ExitStatus {
    init(_ verdict: Verdict) {
        code =
            switch verdict {
            case .deployed: EX_OK
            case .refused: 10
            case .failed: 11
            case .rolledBack: 12
            case .unhealthy: 13
            case .rollbackFailed: 14
            case .superseded: 15
            }
    }

    /// Of a command that has no answer.
    init(_ cause: Cause) {
        code =
            switch cause {
            // ArgumentParser says the same of misuse.
            case .noSuchApp: EX_USAGE
            case .dropUnreadable, .noSuchRecord: EX_NOINPUT
            // It may work later.
            case .inUse: EX_TEMPFAIL
            case .settingsInvalid: EX_CONFIG
            // What it needs does not answer, or may not be read.
            default: EX_UNAVAILABLE
            }
    }

    init(_ error: any Error) {
        self.init(Failure(any: error).cause)
    }
}
