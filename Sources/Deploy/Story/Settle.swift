import DockerModel
import Linux
import Rules

/// `docker image prune -f`, after the deployment.
///
/// It removes images that the new release has replaced; most of them stay until the verdict, see ``LetGo``.
struct Settle: Sendable {
    let disk: DiskGuard
    let log: DeploymentLog

    func run() async {
        _ = await disk.pruneInTurn(.dangling, log)
    }
}

/// After the verdict, removes the pins of bad releases, and of good releases beyond the app's `keep`.
struct LetGo: Sendable {
    let pins: Pins
    let disk: DiskGuard
    let host: Host

    func run(_ loose: [ImageReference]) async throws {
        let end = host.clock.now.advanced(by: DiskGuard.limit)
        // Skipped while any app pulls, like every removal of images.
        _ = try await host.imageLock.prune {
            for pin in loose where host.clock.now < end { try await pins.unpin(pin) }
            // Images that now have only a registry's digest.
            _ = try await disk.prune(.dangling)
        }
    }
}
