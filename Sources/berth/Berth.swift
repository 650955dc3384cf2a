import ArgumentParser

/// The command line's root.
@main
struct Berth: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "berth",
        abstract: "Deploys Compose apps from dropped .env.deploy files.",
        version: version,
        subcommands: [
            StatusCommand.self, HistoryCommand.self, ShowCommand.self, LogsCommand.self, WaitCommand.self,
            ReceiveCommand.self, DeployCommand.self, RollbackCommand.self, HoldCommand.self, ResumeCommand.self,
            PlanCommand.self, PruneCommand.self, CheckCommand.self, InitCommand.self, AgentCommand.self,
        ],
        defaultSubcommand: StatusCommand.self
    )

    static let version = "0.1.0"
}
