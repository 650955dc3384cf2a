/// Why a command did not do what it was started for.
package struct CommandError: Error, Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        /// There is no such program, no such folder, or no process could be made.
        case notStarted(String)
        /// The exit code, which is not 0.
        case exited(code: Int32)
        /// The signal that ended it, and that was not ours.
        case signaled(Int32)
        /// Ended by us after its time was over.
        case timedOut(after: Duration)
        /// Ended by us because it wrote more than its caller takes.
        case tooMuchOutput
        /// Ended by us because the task was cancelled.
        case cancelled
    }

    /// The command as one would type it, without its environment.
    package let command: String
    package let reason: Reason
    /// The last lines that it wrote, oldest first: where both streams were read, of both, otherwise of standard error.
    package let lastLines: [String]

    /// The same with other lines, for what may not be shown as it was written.
    package func mapLines(_ body: (String) -> String) -> CommandError {
        CommandError(command: command, reason: reason, lastLines: lastLines.map(body))
    }
}

extension CommandError {
    /// What it is about.
    package var subject: String { command }

    /// What went wrong.
    package var problem: String {
        switch reason {
        case .notStarted(let reason): "cannot be started: \(reason)"
        case .exited(let code): "exit code \(code)"
        case .signaled(let signal): "ended by signal \(signal)"
        case .timedOut(let duration): "not done after \(duration)"
        case .tooMuchOutput: "wrote more than berth takes"
        case .cancelled: "cancelled"
        }
    }

    /// What to try.
    package var hint: String? {
        switch reason {
        case .notStarted: "check that it is installed, and that its folder exists"
        case .exited, .signaled: "run it by hand in the same folder"
        case .timedOut: "see what it waited for, or give it more time"
        case .tooMuchOutput: "run it by hand and look at what it writes"
        case .cancelled: nil
        }
    }
}

extension CommandError {
    /// The last line that is not empty: mostly it says why the command gave up.
    package var lastLine: String? { lastLines.last { !$0.isEmpty } }

    package var sentence: String { "\(subject): \(problem)\(lastLine.map { ": \($0)" } ?? "")" }
}
