import ArgumentParser

/// The command line's root.
@main
struct Berth: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "berth",
        abstract: "Deploys Compose apps from dropped .env.deploy files.",
        version: version,
        subcommands: [
            AgentCommand.self, DeployCommand.self, HistoryCommand.self, PlanCommand.self, PruneCommand.self,
            ReceiveCommand.self, RollbackCommand.self, ShowCommand.self, WaitCommand.self,
        ]
    )

    static let version = "0.1.0"
}
