import ArgumentParser

/// The command line's root.
@main
struct Berth: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "berth",
        abstract: "Deploys Compose apps from dropped .env.deploy files.",
        version: version,
        subcommands: [AgentCommand.self, PlanCommand.self, PruneCommand.self]
    )

    static let version = "0.1.0"
}
