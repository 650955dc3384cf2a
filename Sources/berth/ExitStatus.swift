import Deploy
import Glibc

/// The one place that says what exit codes mean (sysexits.h); misuse is ArgumentParser's own 64.
enum ExitStatus {
    case success
    /// Not everything that was asked for could be done.
    case incomplete
    /// What it needs does not answer, or may not be read.
    case unavailable
    case software
    /// It may work later.
    case temporary
    case configuration

    var rawValue: CInt {
        switch self {
        case .success: EX_OK
        case .incomplete: 1
        case .unavailable: EX_UNAVAILABLE
        case .software: EX_SOFTWARE
        case .temporary: EX_TEMPFAIL
        case .configuration: EX_CONFIG
        }
    }

    init(_ error: any Error) {
        self = error is SettingsError ? .configuration : .unavailable
    }
}
