import ArgumentParser
import Deploy
import Rules
import SystemPackage

/// `berth check`: what could fail tonight.
struct CheckCommand: Question {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Name what could fail tonight, on the host and in each app.",
        discussion: """
            It changes nothing, and also works while the agent or the Engine is down. As root it looks with the rights of user \
            berth, which are the agent's; otherwise with yours, and says what it could not look at.

            An error makes the next drop fail or be refused, or puts data at risk; a warning could do so; a note is for \
            your information.

            Exit codes:
              0   no errors
              1   at least one error
              64  the command line is wrong
            """
    )

    @OptionGroup var options: AnswerOptions
    @OptionGroup var settings: SettingsOptions

    func answer(on host: Host) async throws -> Findings {
        // Root alone may read some of them.
        let schedules = Schedules(below: "/")
        let viewer = Viewer.becomeAgent()
        let inspector = Inspector(
            hostFile: HostFile(FilePath(settings.config)),
            host: host.seen(by: viewer),
            log: Log.ofQuestion,
            viewer: viewer,
            schedules: schedules
        )
        return try await inspector.findings()
    }
}
