import ArgumentParser

/// The command line's root.
@main
struct Berth: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Deploys Compose apps from dropped .env.deploy files."
    )
}
