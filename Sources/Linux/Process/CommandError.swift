/// Why a command failed.
package struct CommandError: Error, Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        /// The program or the folder does not exist, or the process could not be created.
        case notStarted(String)
        /// The exit code is not 0.
        case exited(code: Int32)
        /// A signal that berth did not send ended the command.
        case signaled(Int32)
        /// berth ended the command after its time limit.
        case timedOut(after: Duration)
        /// berth ended the command because it had printed nothing for so long.
        case silent(for: Duration)
        /// berth ended the command because its output exceeded the caller's limit.
        case tooMuchOutput
        /// berth ended the command because the task was cancelled.
        case cancelled
    }

    /// The command line, without its environment.
    package let command: String
    package let reason: Reason
    /// The last lines of output, oldest first: of both streams if both were read, otherwise of standard error.
    package let lastLines: [String]

    /// The same error with each line transformed, for example to hide a secret.
    package func mapLines(_ body: (String) -> String) -> CommandError {
        CommandError(command: command, reason: reason, lastLines: lastLines.map(body))
    }
}

extension CommandError {
    /// What the error is about.
    package var subject: String { command }

    /// What went wrong.
    package var problem: String {
        switch reason {
        case .notStarted(let reason): "cannot be started: \(reason)"
        case .exited(let code): "exit code \(code)"
        case .signaled(let signal): "terminated by signal \(signal)"
        case .timedOut(let duration): "timed out after \(duration)"
        case .silent(let duration): "printed nothing for \(duration), and was ended"
        case .tooMuchOutput: "wrote more output than berth accepts"
        case .cancelled: "cancelled"
        }
    }

    /// What to try.
    package var hint: String? {
        switch reason {
        case .notStarted: "check that the program is installed, and that its folder exists"
        case .exited, .signaled: "run it by hand in the same folder"
        case .timedOut: "find out what it waited for, or raise its time limit"
        case .silent: "find out what it waited for: it may be a host that does not answer"
        case .tooMuchOutput: "run it by hand and look at its output"
        case .cancelled: nil
        }
    }
}

extension CommandError {
    /// Whether berth ended the command before it could say what it was asked.
    package var isCutShort: Bool {
        switch reason {
        case .timedOut, .silent, .cancelled: true
        case .notStarted, .exited, .signaled, .tooMuchOutput: false
        }
    }

    /// The last line that is not empty; it usually says why the command failed.
    package var lastLine: String? { lastLines.last { !$0.isEmpty } }

    package var sentence: String { "\(subject): \(problem)\(lastLine.map { ": \($0)" } ?? "")" }
}
