import ArgumentParser
import Deploy
import Linux
import Rules
import SystemPackage

/// `berth plan`: what a drop would do.
struct PlanCommand: Question {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Say what a drop would pull, change, prune and go back to.",
        discussion: """
            It checks a drop as a deployment does, and changes nothing. What the registry has, and whether it takes the \
            credential, only the deployment finds out. It reads files with your rights, the agent with those of user berth.

            What would happen to a service:
              add      it is new
              change   its image is pulled, under another name than it has now
              refresh  its image is pulled anew, which may bring another one under the same name
              putBack  the older release's image takes the place of another one
              stay     it has the older release's image already
              remove   the release does not have it

            Exit codes:
              0   the deployment would go ahead
              10  the drop would be refused
              64  the command line is wrong, or there is no such app
              66  the drop cannot be read
              69  the Docker Engine does not answer, or berth's records cannot be read
              78  the settings are wrong
            """
    )

    @Argument(help: "The app, as the settings name it.", completion: .app)
    var app: String

    @Argument(
        help: "A drop; - is standard input. Without it, the app as its folder is now.",
        completion: .file()
    )
    var file: String?

    @OptionGroup var options: AnswerOptions
    @OptionGroup var settings: SettingsOptions

    func answer(on host: Host) async throws -> Plan {
        let settings = try settings.load()
        let planner = Planner(app: try settings.app(app), settings: settings, host: host, log: Log.ofQuestion)
        return try await planner.plan(file.map { try read($0) })
    }

    /// No more than is needed to see that a drop is too large.
    private func read(_ name: String) throws(Failure) -> [UInt8] {
        let limit = DropParser.sizeLimit + 1
        do {
            if name == "-" { return try File.read(.standardInput, limit: limit) }
            let file = try FileDescriptor.open(FilePath(name), .readOnly, options: .closeOnExec)
            return try file.closeAfter { try File.read(file, limit: limit) }
        } catch {
            throw Failure(.dropUnreadable, name, "cannot be read: \(error)", hint: "name a drop, or -")
        }
    }
}
