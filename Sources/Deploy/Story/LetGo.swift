import DockerModel
import Linux
import Rules

/// After the verdict, removes the pins of bad releases, and of good releases beyond the app's `keep`, and then dangling
/// images.
struct LetGo: Sendable {
    let pins: Pins
    let disk: DiskGuard
    let host: Host

    func run(_ loose: [ImageReference]) async throws {
        let end = host.clock.now.advanced(by: DiskGuard.limit)
        // Skipped while any app pulls, like every removal of images.
        let report = try await host.imageLock.prune {
            for pin in loose where host.clock.now < end { try await pins.unpin(pin) }
            // Images that have lost their names, or now have only a registry's digest.
            return try await disk.prune(.dangling)
        }
        if report == nil { pins.log.info("nothing is pruned now: a pull or another prune is under way") }
    }
}
