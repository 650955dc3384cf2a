import ArgumentParser
import Deploy
import Glibc
import Rules

/// A command that drops, as CI does.
protocol DropCommand: ParsableCommand, Sendable {
    var app: String { get }
    var options: ReportOptions { get }
    var settings: SettingsOptions { get }
    /// How long to wait for the verdict; nil for not at all.
    var limit: Duration? { get }
    /// The person who drops, whatever the drop says; nil to leave what it says.
    var person: String? { get }

    /// The whole drop.
    func drop() throws -> [UInt8]
}

/// What every command takes that waits for a verdict.
struct WaitingOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How long to wait for the verdict, in seconds.", valueName: "seconds"))
    var timeout = 3600

    func validate() throws {
        guard 0...1_000_000_000 ~= timeout else { throw ValidationError("--timeout takes 0 to 1000000000 seconds") }
    }

    var limit: Duration { .seconds(timeout) }

    /// The first lines of the exit codes in the help.
    static let verdictCodes = (["Exit codes:"] + Verdict.allCases.map(codeLine)).joined(separator: "\n")

    private static func codeLine(_ verdict: Verdict) -> String {
        let code = "\(ExitStatus(verdict).code)"
        return "  \(code)\(String(repeating: " ", count: 4 - code.count))\(verdict)"
    }
}

extension DropCommand {
    var person: String? { Surroundings.sudoUser }

    /// Of a command whose drop is in its arguments.
    static var exitCodes: String {
        """
        Without --wait, the exit code 0 says that the drop is in the spool.

        \(exitCodes(with: nil))
        """
    }

    /// - Parameter input: what the exit code for a bad input means; nil if there is no input.
    static func exitCodes(with input: String?) -> String {
        """
        \(WaitingOptions.verdictCodes)
          64  the command line is wrong, or there is no such app\(input.map { "\n  66  \($0)" } ?? "")
          69  the spool cannot be written, or the records cannot be read
          75  no verdict in time; the deployment goes on
          78  the settings are wrong
        """
    }

    func run() {
        // Before signals are blocked: an interrupted input must not be taken for a whole drop.
        let drop = wholeDrop()
        Runner.answer { host in
            let app = try settings.load().app(app)
            let dropping = Dropping(app: app, report: options.report, limit: limit, by: person)
            return try await dropping.run(drop, on: host)
        }
    }

    /// The drop; ends the process if there is none.
    private func wholeDrop() -> [UInt8] {
        do {
            return try drop()
        } catch let error as ValidationError {
            Self.exit(withError: error)
        } catch {
            Terminal.complain(Render.text(error))
            Glibc.exit(ExitStatus(error).code)
        }
    }
}
