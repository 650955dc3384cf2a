import DockerModel
import Linux
import Rules

/// `docker image prune -f`, after the deployment.
///
/// It removes what the new release has replaced; most of that is kept until the verdict: see ``LetGo``.
struct Settle: Sendable {
    let disk: DiskGuard

    func run() async {
        _ = await disk.pruneInTurn(.dangling)
    }
}

/// Removes, after the verdict, the pins that no release needs any more: of bad ones, and of good ones beyond the app's `keep`.
struct LetGo: Sendable {
    let pins: Pins
    let disk: DiskGuard
    let host: Host

    func run(_ loose: [ImageReference]) async throws {
        let end = host.clock.now.advanced(by: DiskGuard.limit)
        // Left out while any app pulls, like every removal of images.
        _ = try await host.imageLock.prune {
            for pin in loose where host.clock.now < end { try await pins.unpin(pin) }
            // What now has nothing but a registry's digest.
            _ = try await disk.prune(.dangling)
        }
    }
}
